// The processor's instructions that products run with, for people: "AVX3, VNNI, bfloat16 tiles".
#pragma once

#include <string>

namespace shortlist {

std::string instructions_in_use();

}  // namespace shortlist
