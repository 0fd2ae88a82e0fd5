#include "shortlist/table/text_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "shortlist/base/letter_case.h"

namespace shortlist {
namespace {

constexpr size_t kNumberBytes = 32;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view trim_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

bool parse_number(std::string_view text, double& number) {
  text = trim_blanks(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool looks_like_number(std::string_view text, double& number) {
  if (!parse_number(text, number)) return false;
  text = trim_blanks(text);
  if (text[0] == '-') text.remove_prefix(1);
  return text.size() < 2 || text[0] != '0' || !is_digit(text[1]);
}

bool parse_canonical_integer(std::string_view text, int64_t& integer) {
  constexpr size_t kMostBytes = 20;  // length of -9223372036854775808
  if (text.empty() || text.size() > kMostBytes) return false;
  const size_t first = text[0] == '-' ? 1 : 0;
  if (first == text.size() || !is_digit(text[first])) return false;
  if (text[first] == '0' && text.size() > 1) return false;  // 012, -0
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  return error == std::errc() && end == text.data() + text.size();
}

std::string_view plain_integer(std::string_view text) {
  text = trim_blanks(text);
  const size_t first = !text.empty() && text[0] == '-' ? 1 : 0;
  size_t end = first;
  while (end < text.size() && is_digit(text[end])) ++end;
  const size_t digits = end - first;
  if (digits == 0 || (digits > 1 && text[first] == '0')) return {};
  if (end < text.size()) {
    if (text[end] != '.' || text.find_first_not_of('0', end + 1) != text.npos) return {};
  }
  if (digits == 1 && text[first] == '0') return text.substr(first, 1);  // also -0.0
  return text.substr(0, end);
}

bool parse_truth_word(std::string_view text, double& number) {
  constexpr std::string_view kTrue[] = {"true", "t", "yes", "y"}, kFalse[] = {"false", "f", "no", "n"};
  constexpr size_t kMostBytes = 5;
  text = trim_blanks(text);
  if (text.empty() || text.size() > kMostBytes) return false;
  const std::string lower = lower_case(std::string(text));
  const bool is_true = std::ranges::find(kTrue, lower) != std::end(kTrue);
  if (!is_true && std::ranges::find(kFalse, lower) == std::end(kFalse)) return false;
  number = is_true ? 1 : 0;
  return true;
}

bool parse_truth(std::string_view text, double& number) {
  constexpr size_t kLeastBytes = 4;
  return trim_blanks(text).size() >= kLeastBytes && parse_truth_word(text, number);
}

bool means_missing(std::string_view text) {
  constexpr std::string_view kWords[] = {"na",   "n/a", "#n/a", "nan", "-nan",
                                         "null", "\\n", "none", "nil", "<na>"};
  constexpr size_t kMostBytes = 4;
  if (text.empty() || text.size() > kMostBytes) return false;
  const std::string lower = lower_case(std::string(text));
  return std::ranges::find(kWords, lower) != std::end(kWords);
}

namespace {

// Whether three digits follow each comma, as in 1,100,200.50 but not in 1,2,3.
bool has_groups_of_three(std::string_view text) {
  constexpr size_t kDigits = 3;
  text = text.substr(0, text.find('.'));
  for (size_t comma = text.find(','); comma != text.npos;) {
    const size_t next = text.find(',', comma + 1);
    if (std::min(next, text.size()) - comma - 1 != kDigits) return false;
    comma = next;
  }
  return true;
}

constexpr std::string_view kDecimal =
    "; if the decimal point is a comma, set decimal = \",\" in [data] (--decimal ,)";
constexpr std::string_view kThousands =
    "; if commas separate thousands, set thousands = \",\" in [data] (--thousands ,)";
constexpr std::string_view kBoth =
    "; if the decimal point is a comma and points separate thousands, set decimal = \",\" and thousands = "
    "\".\" in [data] (--decimal , --thousands .)";

// On a text of digits, points and commas.
std::string advice_on_commas(std::string_view text) {
  const size_t comma = text.find(','), point = text.find('.');
  if (comma == text.npos) return "";
  const bool one = text.find(',', comma + 1) == text.npos, groups = has_groups_of_three(text);
  if (point < comma) return one ? std::string(kBoth) : "";
  if (!one || point != text.npos) return groups ? std::string(kThousands) : "";
  // 1,100 may be either.
  return std::string(kDecimal) + std::string(groups ? kThousands : "");
}

}  // namespace

std::string advice_on_number(std::string_view text) {
  text = trim_blanks(text);
  if (means_missing(text))
    return "; if this means a missing value, set missing = [\"" + std::string(text) +
           "\"] in [data] (--missing)";
  const bool digits = !text.empty() && text.find_first_not_of("0123456789.,+-") == text.npos;
  return digits ? advice_on_commas(text) : "";
}

std::string_view write_number(double number, char* buffer) {
  const bool whole = number == std::trunc(number) && std::abs(number) < 0x1p63;
  const char* end = whole ? std::to_chars(buffer, buffer + kNumberBytes, static_cast<int64_t>(number)).ptr
                          : std::to_chars(buffer, buffer + kNumberBytes, number).ptr;
  return {buffer, static_cast<size_t>(end - buffer)};
}

}  // namespace shortlist
