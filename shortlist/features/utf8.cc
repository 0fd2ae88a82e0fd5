#include "shortlist/features/utf8.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <new>

namespace shortlist {
namespace {

const utf8proc_uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

bool is_white_space(utf8proc_int32_t c, utf8proc_category_t category) {
  const bool control = (c >= '\t' && c <= '\r') || c == 0x85;
  return control || category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

// Appends case-folded text without punctuation and symbols, with each white-space character as one ' '.
void append_words(std::string_view folded, std::string& out) {
  while (!folded.empty()) {
    utf8proc_int32_t c;
    const auto size = utf8proc_iterate(bytes_of(folded), static_cast<utf8proc_ssize_t>(folded.size()), &c);
    const utf8proc_category_t category = utf8proc_category(c);
    if (is_white_space(c, category)) {
      out += ' ';
    } else if (category < UTF8PROC_CATEGORY_PC || category > UTF8PROC_CATEGORY_SO) {
      out += folded.substr(0, static_cast<size_t>(size));
    }
    folded.remove_prefix(static_cast<size_t>(size));
  }
}

void fold_valid(std::string_view text, std::string& out) {
  constexpr int kFoldings =
      UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
  utf8proc_uint8_t* folded = nullptr;
  const auto size = utf8proc_map(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &folded,
                                 static_cast<utf8proc_option_t>(kFoldings));
  if (size < 0) throw std::bad_alloc();  // the only possible reason for valid text
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(folded, &std::free);
  append_words({reinterpret_cast<const char*>(folded), static_cast<size_t>(size)}, out);
}

}  // namespace

size_t code_point_size(std::string_view text) {
  if (text.empty()) return 0;
  utf8proc_int32_t c;
  const auto size = utf8proc_iterate(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &c);
  return size > 0 ? static_cast<size_t>(size) : 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t size = code_point_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

void fold_unicode(std::string_view text, std::string& out) {
  while (!text.empty()) {
    size_t valid = 0;
    while (const size_t size = code_point_size(text.substr(valid))) valid += size;
    if (valid > 0) fold_valid(text.substr(0, valid), out);
    text.remove_prefix(valid);
    if (text.empty()) return;
    out += text[0];
    text.remove_prefix(1);
  }
}

}  // namespace shortlist
