// The vector instructions that Highway code uses: the best target that was compiled and the processor
// supports, or a forced one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shortlist {

// Highway's names of the targets available here, best first: AVX3 (AVX-512), AVX2, SSSE3; NEON on ARM.
std::vector<std::string> vector_targets();

// The target in use.
std::string vector_target();

// Forces a target; its name is case-insensitive. Must be called before other threads multiply. Throws a usage
// Error that lists vector_targets() if the name is not among them.
void force_vector_target(std::string_view name);
// Forces the target in the environment variable SHORTLIST_TARGET, if set.
void force_vector_target_of_environment();

// Whether AVX-512 code outside Highway may run: the processor supports it, and no lesser target is forced.
bool may_use_avx512();

}  // namespace shortlist
