// libFuzzer's door to all that reads a request: targets, queries, cursors, filters, headers and keys, bodies.
// ./dev fuzz
#include <cstdint>

#include "tests/fuzz/request_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static shortlist::FuzzedServices services;
  services.ask({reinterpret_cast<const char*>(data), size});
  return 0;
}
