// UTF-8, valid or not.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace shortlist {

// Bytes of the code point at the front; 0 when there is none or the bytes are no UTF-8.
size_t code_point_size(std::string_view text);

bool is_utf8(std::string_view text);

// Unicode's NFKC_Casefold of `text`, then without punctuation and symbols (general categories P and S), and
// each white-space character as one ' '. Bytes that are no UTF-8 stay as they are. Appends to `out`.
void fold_unicode(std::string_view text, std::string& out);

}  // namespace shortlist
