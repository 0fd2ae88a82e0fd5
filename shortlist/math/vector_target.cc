#include "shortlist/math/vector_target.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "shortlist/base/error.h"
#include "shortlist/math/targets.h"

#include <hwy/highway.h>

namespace shortlist {
namespace {

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

}  // namespace

// A lower bit is a better target.
std::vector<std::string> vector_targets() {
  std::vector<std::string> names;
  for (int64_t target : hwy::SupportedAndGeneratedTargets()) names.push_back(hwy::TargetName(target));
  return names;
}

std::string vector_target() { return vector_targets().front(); }

void force_vector_target(std::string_view name) {
  for (int64_t target : hwy::SupportedAndGeneratedTargets()) {
    if (!same_letters(hwy::TargetName(target), name)) continue;
    // Not DisableTargets(): Highway 1.0.3 then dispatches to the best target of all whenever the supported
    // targets are queried.
    hwy::SetSupportedTargetsForTest(target);
    return;
  }
  throw usage_error("the vector target '{}' is unknown or not supported here; this processor can run {}",
                    name, fmt::join(vector_targets(), ", "));
}

void force_vector_target_of_environment() {
  const char* name = std::getenv("SHORTLIST_TARGET");
  if (name == nullptr || *name == '\0') return;
  try {
    force_vector_target(name);
  } catch (const Error& error) {
    throw Error(error.kind(), "SHORTLIST_TARGET: " + error.message());
  }
}

bool may_use_avx512() {
#if HWY_ARCH_X86
  return (hwy::SupportedTargets() & (HWY_AVX3 | (HWY_AVX3 - 1))) != 0;
#else
  return false;
#endif
}

}  // namespace shortlist
