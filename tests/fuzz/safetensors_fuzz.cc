// libFuzzer's door to the readers of safetensors files and of graphs: ./dev fuzz safetensors
#include <cstdint>

#include "tests/fuzz/safetensors_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shortlist::read_fuzzed_safetensors({reinterpret_cast<const char*>(data), size});
  return 0;
}
