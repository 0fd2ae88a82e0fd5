// Counts for people.
#pragma once

#include <cstdint>
#include <string>

namespace shortlist {

// "1,234,567"
std::string count_text(uint64_t count);

}  // namespace shortlist
