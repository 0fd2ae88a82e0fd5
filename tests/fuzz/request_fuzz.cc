// libFuzzer's door to all that reads a request: targets, queries, cursors, filters, headers and keys, bodies.
// ./dev fuzz
#include <cstdint>

#include "tests/fuzz/request_input.h"

namespace {
shortlist::FuzzedServices& services() {
  static shortlist::FuzzedServices services;
  return services;
}
}  // namespace

// Trains the small model, which is no part of the first input's time.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  services();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  services().ask({reinterpret_cast<const char*>(data), size});
  return 0;
}
