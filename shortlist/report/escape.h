// Escapes text for XML and HTML, both in content and in quoted attributes.
#pragma once

#include <string>
#include <string_view>

namespace shortlist {

// Also drops the control characters that XML 1.0 forbids. Bytes from 0x80 are unchanged.
std::string escape_markup(std::string_view text);

}  // namespace shortlist
