// Converts texts to numbers and booleans, and numbers to text, the same way everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace shortlist {

std::string_view trim_blanks(std::string_view text);

// Parses all of `text` as a number, ignoring blanks around it: 12, -1.5, 1e3, nan.
bool parse_number(std::string_view text, double& number);

// Whether a person would read `text` as a number: like parse_number(), but without leading zeros, as in
// codes.
bool looks_like_number(std::string_view text, double& number);

// Parses an integer in its canonical notation: 12 and -7, but not 012, +1, 1.0, -0 or one out of int64's
// range.
bool parse_canonical_integer(std::string_view text, int64_t& integer);

// The digits of a decimal integer of any size, ignoring blanks around it: "12" for " 12" and for "12.0".
// Empty for anything else, such as 012, +12, 1e3 or 1.5. A view into `text`.
std::string_view plain_integer(std::string_view text);

// 1 for true and 0 for false, in any case, ignoring blanks around them.
bool parse_truth(std::string_view text, double& number);

// Also accepts yes and no, t and f, y and n: for columns that contain nothing else.
bool parse_truth_word(std::string_view text, double& number);

// Whether the text often means a missing value: NA, N/A, NaN, None, NULL, nil, \N.
bool means_missing(std::string_view text);

// Explains why a text may not be a number, as the end of a message: its decimal point is a comma, or it means
// a missing value. Empty if there is no likely reason.
std::string advice_on_number(std::string_view text);

// Writes a number with the fewest digits that read back to the same value, whole numbers without a point.
// `buffer` needs room for 32 bytes; returns a view into it. The number must be finite.
std::string_view write_number(double number, char* buffer);

}  // namespace shortlist
