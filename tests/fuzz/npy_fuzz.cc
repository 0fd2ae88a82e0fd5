// libFuzzer's door to the reader of npy files: ./dev fuzz npy
#include <cstdint>

#include "tests/fuzz/npy_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shortlist::read_fuzzed_npy({reinterpret_cast<const char*>(data), size});
  return 0;
}
