// libFuzzer's door to configs and settings of the command line: ./dev fuzz config
#include <cstdint>

#include "tests/fuzz/config_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  shortlist::read_fuzzed_config(input);
  shortlist::read_fuzzed_setting(input);
  return 0;
}
