// UTF-8, including invalid input.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace shortlist {

// Size in bytes of the first code point; 0 if the text is empty or begins with invalid UTF-8.
size_t code_point_size(std::string_view text);

bool is_utf8(std::string_view text);

// Appends to `out` Unicode's NFKC_Casefold of `text`, without punctuation and symbols (general categories P
// and S), with each white-space character as one ' '. Invalid UTF-8 bytes are unchanged.
void fold_unicode(std::string_view text, std::string& out);

}  // namespace shortlist
