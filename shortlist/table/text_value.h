// Texts as numbers and truth values, and numbers as texts: one reading of a value everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace shortlist {

std::string_view trim_blanks(std::string_view text);

// The number that all of `text` is, blanks around it aside: 12, -1.5, 1e3, nan.
bool parse_number(std::string_view text, double& number);

// Whether people would call `text` a number: as parse_number(), but not with zeros in front, as codes have.
bool looks_like_number(std::string_view text, double& number);

// The integer whose only way of writing is `text`: 12 and -7, but not 012, +1, 1.0, -0 or what leaves int64.
bool parse_canonical_integer(std::string_view text, int64_t& integer);

// The digits of a decimal integer of any size, blanks around it aside: "12" of " 12" and of "12.0". Empty for
// anything else, such as 012, +12, 1e3 or 1.5. A view into `text`.
std::string_view plain_integer(std::string_view text);

// 1 or 0 of true and false, in any case, blanks around them aside.
bool parse_truth(std::string_view text, double& number);

// The same, and of yes and no, t and f, y and n: for columns in which nothing else stands.
bool parse_truth_word(std::string_view text, double& number);

// Whether the text is one of those that often mean a missing value: NA, N/A, NaN, None, NULL, nil, \N.
bool means_missing(std::string_view text);

// What may be wrong with a text where a number is needed, as the end of a message: that its decimal point is
// a comma, or that it means a missing value. Empty where nothing is likely.
std::string advice_on_number(std::string_view text);

// Writes a number with the fewest digits that give the same number again, whole numbers without a point.
// `buffer` has room for 32 bytes; returns a view into it. The number must be finite.
std::string_view write_number(double number, char* buffer);

}  // namespace shortlist
