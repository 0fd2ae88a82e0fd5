// Several values in one text: between separators, or as a list in brackets, as Python, NumPy and JSON write
// them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shortlist/features/vocabulary.h"

namespace shortlist {

// Hands over the values of a text in their order, without the blanks around them and without empty ones.
// ['a', "b, c"], ("a",), {'a'} and [1, 2.0, null] are lists whatever the separator is: quotes and escapes are
// taken away, numbers have their shortest form, and null, None and NaN are no values. Any other text is cut
// at the separator.
// Throws a RowError for a list of objects or of lists, and for a list in brackets whose values are not
// quoted.
void each_list_value(std::string_view text, std::string_view separator, size_t row, UseValue use);

// Whether the text is a list in brackets, as each_list_value() takes it.
bool is_bracketed_list(std::string_view text);

// Throws a RowError where an element of a list is the text of an object: {'id': 16, 'name': 'Horror'}.
void check_is_no_object(std::string_view element, size_t row);

// The values as a list in brackets, which each_list_value() reads back exactly.
std::string bracketed_list(const std::vector<std::string>& values);

}  // namespace shortlist
