// libFuzzer's door to the server's socket: request lines, headers, chunks, pipelines, cut wherever. ./dev
// fuzz
#include <cstdint>

#include "tests/fuzz/connection_input.h"

namespace {
shortlist::FuzzedServer& server() {
  static shortlist::FuzzedServer server;
  return server;
}
}  // namespace

// Trains the small model, which is no part of the first input's time.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  server();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  server().ask({reinterpret_cast<const char*>(data), size});
  return 0;
}
