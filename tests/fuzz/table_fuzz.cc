// libFuzzer's door to text files and the settings that say how they are read: ./dev fuzz table
#include <cstdint>

#include "tests/fuzz/table_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shortlist::read_fuzzed_table({reinterpret_cast<const char*>(data), size});
  return 0;
}
