// libFuzzer's door to the reader of TensorFlow checkpoints: ./dev fuzz
#include <cstdint>

#include "shortlist/base/error.h"
#include "tests/fuzz/checkpoint_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    shortlist::read_fuzzed_checkpoint({reinterpret_cast<const char*>(data), size});
  } catch (const shortlist::Error&) {
  }
  return 0;
}
