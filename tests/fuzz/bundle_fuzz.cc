// libFuzzer's door to a bundle's files: ./dev fuzz bundle
#include <cstdint>

#include "tests/fuzz/bundle_input.h"

namespace {
const shortlist::FuzzedBundle& bundle() {
  static const shortlist::FuzzedBundle bundle;
  return bundle;
}
}  // namespace

// Trains the small model, which is no part of the first input's time.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  bundle();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  bundle().load({reinterpret_cast<const char*>(data), size});
  return 0;
}
