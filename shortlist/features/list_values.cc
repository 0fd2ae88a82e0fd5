#include "shortlist/features/list_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "shortlist/features/cell.h"
#include "shortlist/features/utf8.h"

namespace shortlist {
namespace {

constexpr std::string_view kBlanks = " \t\n\v\f\r";
constexpr const char* kObjectsAdvice =
    "need a list of values: extract one field of each object in data.sql, such as SELECT * REPLACE "
    "(json_extract_string(genres, '$[*].name') AS genres) FROM '{data}'";

enum class Shape { list, objects, lists, other };

// "12" and "-3" unchanged, "2.0" as "2"; "" if the text is not a number.
std::string number_text(std::string_view token) {
  double number = 0;
  if (!parse_number(token, number) || !std::isfinite(number)) return "";
  if (token.find_first_not_of("-0123456789") == token.npos) return std::string(token);
  const bool whole = number == std::trunc(number) && std::abs(number) < 0x1p63;
  char digits[32];
  const char* end = whole ? std::to_chars(digits, digits + sizeof digits, static_cast<int64_t>(number)).ptr
                          : std::to_chars(digits, digits + sizeof digits, number).ptr;
  return std::string(digits, static_cast<size_t>(end - digits));
}

// Reads a bracketed list, element by element.
class BracketReader {
 public:
  explicit BracketReader(std::string_view text) : rest_(trim_blanks(text)) {}

  // The values are complete only if the shape is a list.
  Shape read(std::vector<std::string>& values) {
    constexpr std::string_view kOpen = "[({", kClose = "])}";
    const size_t kind = rest_.empty() ? kOpen.npos : kOpen.find(rest_.front());
    if (kind == kOpen.npos || rest_.back() != kClose[kind]) return Shape::other;
    close_ = kClose[kind];
    rest_.remove_prefix(1);
    while (!ends()) {
      const Shape shape = element(values);
      if (shape != Shape::list) return shape;
    }
    // Parentheses and braces are common in texts; they form a tuple or a set only if the elements are quoted.
    return rest_.size() == 1 && (close_ == ']' || quoted_ > 0) ? Shape::list : Shape::other;
  }

 private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size())); }
  bool ends() {
    skip_blanks();
    return rest_.empty() || rest_.front() == close_;
  }

  Shape element(std::vector<std::string>& values) {
    const char first = rest_.front();
    if (first == '{') return Shape::objects;
    if (first == '[' || first == '(') return nested();
    if (first == '\'' || first == '"' ? !quoted(values) : !bare(values)) return Shape::other;
    const size_t before = rest_.size();
    if (ends()) return Shape::list;
    if (rest_.front() == ':' && close_ == '}') return Shape::objects;
    if (rest_.front() == ',') {
      rest_.remove_prefix(1);
      return Shape::list;
    }
    return rest_.size() < before ? Shape::list : Shape::other;  // NumPy separates with blanks only
  }

  // [["a"], ["b"]], but not [[REC], Alien].
  Shape nested() const {
    const size_t next = rest_.find_first_not_of(kBlanks, 1);
    const bool list =
        next != rest_.npos && std::string_view("'\"[]{-0123456789").find(rest_[next]) != rest_.npos;
    return list ? Shape::lists : Shape::other;
  }

  // Returns false if the quote is not closed.
  bool quoted(std::vector<std::string>& values) {
    const char quote = rest_.front();
    std::string value;
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != quote) {
      if (rest_.front() == '\\') {
        escape(value);
      } else {
        value += rest_.front();
        rest_.remove_prefix(1);
      }
    }
    if (rest_.empty()) return false;
    rest_.remove_prefix(1);
    ++quoted_;
    values.push_back(std::move(value));
    return true;
  }

  // An escape of JSON or Python. A backslash that does not begin one is kept.
  void escape(std::string& value) {
    constexpr std::string_view kLetters = "\\/'\"bfnrt", kMeanings = "\\/'\"\b\f\n\r\t";
    const char letter = rest_.size() > 1 ? rest_[1] : ' ';
    const size_t known = kLetters.find(letter);
    if (known != kLetters.npos) {
      value += kMeanings[known];
      rest_.remove_prefix(2);
      return;
    }
    const size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    if (const auto code = code_point(digits)) {
      append_code_point(*code, value);
    } else {
      value += '\\';
      rest_.remove_prefix(1);
    }
  }

  // \u00e9, or the surrogate pair that JSON uses above 0xFFFF.
  std::optional<uint32_t> code_point(size_t digits) {
    auto code = hex(digits);
    if (!code) return std::nullopt;
    rest_.remove_prefix(2 + digits);
    if (*code < 0xD800 || *code >= 0xDC00) return code;
    const auto low = rest_.starts_with("\\u") ? hex(4) : std::nullopt;
    if (!low || *low < 0xDC00 || *low >= 0xE000) return code;
    rest_.remove_prefix(6);
    return 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
  }
  std::optional<uint32_t> hex(size_t digits) const {
    uint32_t code = 0;
    if (digits == 0 || rest_.size() < 2 + digits) return std::nullopt;
    const char* begin = rest_.data() + 2;
    const auto [end, error] = std::from_chars(begin, begin + digits, code, 16);
    return error == std::errc() && end == begin + digits ? std::optional(code) : std::nullopt;
  }

  static void append_code_point(uint32_t code, std::string& text) {
    if ((code >= 0xD800 && code < 0xE000) || code > 0x10FFFF) code = 0xFFFD;
    const auto byte = [&](uint32_t bits) { text += static_cast<char>(bits); };
    const auto tail = [&](int shift) { byte(0x80 | (code >> shift & 0x3F)); };
    if (code < 0x80) return byte(code);
    if (code < 0x800) return byte(0xC0 | code >> 6), tail(0);
    if (code < 0x10000) return byte(0xE0 | code >> 12), tail(6), tail(0);
    byte(0xF0 | code >> 18), tail(12), tail(6), tail(0);
  }

  // A number, a boolean, or a name of a missing value.
  bool bare(std::vector<std::string>& values) {
    const size_t end = std::min(rest_.find_first_of(", \t\n\r'\"[](){}:"), rest_.size());
    const std::string_view token = rest_.substr(0, end);
    rest_.remove_prefix(end);
    for (std::string_view missing : {"null", "None", "nan", "NaN"}) {
      if (token == missing) return true;
    }
    for (std::string_view truth : {"true", "false", "True", "False"}) {
      if (token == truth) return values.emplace_back(token), true;
    }
    std::string number = number_text(token);
    if (number.empty()) return false;
    values.push_back(std::move(number));
    return true;
  }

  std::string_view rest_;
  char close_ = ']';
  size_t quoted_ = 0;
};

// Whether one pair of brackets encloses the whole text: true for "[a, b]", not for "[a], [b]".
bool is_within_brackets(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
  size_t depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '[' ? 1 : 0;
    depth -= text[i] == ']' ? 1 : 0;
    if (depth == 0) return i + 1 == text.size();
  }
  return false;
}

void each_part(std::string_view text, std::string_view separator, UseValue use) {
  for (;;) {
    const size_t end = text.find(separator);
    const std::string_view part = trim_blanks(text.substr(0, end));
    if (!part.empty()) use(part);
    if (end == text.npos) return;
    text.remove_prefix(end + separator.size());
  }
}

}  // namespace

void each_list_value(std::string_view text, std::string_view separator, size_t row, UseValue use) {
  const std::string_view trimmed = trim_blanks(text);
  if (trimmed.empty() || std::string_view("[({").find(trimmed.front()) == std::string_view::npos)
    return each_part(text, separator, use);
  std::vector<std::string> values;
  switch (BracketReader(trimmed).read(values)) {
    case Shape::list:
      for (const std::string& value : values) {
        const std::string_view kept = trim_blanks(value);
        if (!kept.empty()) use(kept);
      }
      return;
    case Shape::objects:
      throw RowError(row, fmt::format("{} contains objects; {}", quote_value(trimmed), kObjectsAdvice));
    case Shape::lists:
      throw RowError(row, quote_value(trimmed) + " is a list of lists, need a list of values");
    case Shape::other:
      break;
  }
  if (is_within_brackets(trimmed) && trimmed.find(separator) != trimmed.npos) {
    throw RowError(
        row, fmt::format("{} is a list whose values are not in quotes; convert it to a list in data.sql, "
                         "such as SELECT * REPLACE (genres::VARCHAR[] AS genres) FROM '{{data}}'",
                         quote_value(trimmed)));
  }
  each_part(text, separator, use);
}

bool is_bracketed_list(std::string_view text) {
  std::vector<std::string> values;
  return BracketReader(text).read(values) == Shape::list;
}

void check_is_no_object(std::string_view element, size_t row) {
  if (!element.starts_with('{') || !element.ends_with('}') || element.find(':') == element.npos) return;
  throw RowError(row,
                 fmt::format("got a list of objects, such as {}; {}", quote_value(element), kObjectsAdvice));
}

std::string bracketed_list(const std::vector<std::string>& values) {
  return nlohmann::json(values).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace shortlist
