// libFuzzer's door to the server's socket: request lines, headers, chunks, pipelines, cut wherever. ./dev
// fuzz
#include <cstdint>

#include "tests/fuzz/connection_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static shortlist::FuzzedServer server;
  server.ask({reinterpret_cast<const char*>(data), size});
  return 0;
}
