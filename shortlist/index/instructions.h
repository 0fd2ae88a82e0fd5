// A readable list of the processor's instructions that products use: "AVX3, VNNI, bfloat16 tiles".
#pragma once

#include <string>

namespace shortlist {

std::string instructions_in_use();

}  // namespace shortlist
