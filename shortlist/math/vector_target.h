// The vector instructions that Highway's code runs with: the best target that was built and that the
// processor has, or one that is forced.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shortlist {

// Highway's names of the targets that can be chosen here, the best first: AVX3 (AVX-512), AVX2, SSSE3; on
// ARM NEON.
std::vector<std::string> vector_targets();

// The one in use.
std::string vector_target();

// Forces one, in any case of its letters. Must run before other threads multiply. Throws a usage Error that
// lists vector_targets() if the name is not among them.
void force_vector_target(std::string_view name);
// Forces the one that the environment variable SHORTLIST_TARGET names, if it is set.
void force_vector_target_of_environment();

// Whether code with AVX-512 outside Highway may run: the processor's, and no lesser target is forced.
bool may_use_avx512();

}  // namespace shortlist
