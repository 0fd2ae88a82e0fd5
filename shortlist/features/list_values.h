// Several values in one text: separated, or as a bracketed list in Python, NumPy or JSON syntax.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shortlist/features/vocabulary.h"

namespace shortlist {

// Calls `use` for each value of a text in order. Blanks around values are trimmed and empty values are
// skipped. ['a', "b, c"], ("a",), {'a'} and [1, 2.0, null] are lists whatever the separator: quotes and
// escapes are removed, numbers are in their shortest form, and null, None and NaN are skipped. Any other text
// is split at the separator.
// Throws a RowError for a list of objects or lists, and for a bracketed list whose values are not quoted.
void each_list_value(std::string_view text, std::string_view separator, size_t row, UseValue use);

// Whether each_list_value() reads the text as a bracketed list.
bool is_bracketed_list(std::string_view text);

// Throws a RowError if a list element is the text of an object: {'id': 16, 'name': 'Horror'}.
void check_is_no_object(std::string_view element, size_t row);

// Formats the values as a bracketed list, which each_list_value() reads back exactly.
std::string bracketed_list(const std::vector<std::string>& values);

}  // namespace shortlist
