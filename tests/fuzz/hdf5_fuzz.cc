// libFuzzer's door to the reader of HDF5 files and of Keras weights in them: ./dev fuzz hdf5
#include <cstdint>

#include "tests/fuzz/hdf5_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shortlist::read_fuzzed_hdf5({reinterpret_cast<const char*>(data), size});
  return 0;
}
