// libFuzzer's door to the reader of HDF5 files and of Keras weights in them: ./dev fuzz hdf5
#include <cstdint>

#include "tests/fuzz/hdf5_input.h"

// Of damaged files the library asks for more memory than there is, takes no for an answer, and leaks.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5"; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shortlist::read_fuzzed_hdf5({reinterpret_cast<const char*>(data), size});
  return 0;
}
