#include "shortlist/io/json_writer.h"

#include <charconv>
#include <cmath>
#include <cstring>

namespace shortlist {
namespace {

// Length of the well-formed UTF-8 sequence at the front (RFC 3629, section 4); 0 if there is none.
size_t sequence_size(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](size_t i, unsigned least = 0x80, unsigned most = 0xBF) {
    return i < text.size() && byte(i) >= least && byte(i) <= most;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned least = first == 0xE0 ? 0xA0 : 0x80, most = first == 0xED ? 0x9F : 0xBF;
    return follows(1, least, most) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned least = first == 0xF0 ? 0x90 : 0x80, most = first == 0xF4 ? 0x8F : 0xBF;
    return follows(1, least, most) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

// char is unsigned on ARM.
bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

// The number of leading characters that need no escape.
size_t plain_size(std::string_view text) {
  constexpr uint64_t kOnes = ~uint64_t{0} / 255, kHigh = 0x80 * kOnes;
  size_t size = 0;
  // Eight at once. A borrow can only make a plain character that follows a special one look special, never
  // the reverse.
  for (; size + 8 <= text.size(); size += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + size, 8);
    const uint64_t quote = word ^ ('"' * kOnes), backslash = word ^ ('\\' * kOnes);
    if (((word | (word - 0x20 * kOnes) | (quote - kOnes) | (backslash - kOnes)) & kHigh) != 0) break;
  }
  while (size < text.size() && is_plain(text[size])) ++size;
  return size;
}

template <typename T>
std::string_view digits(char (&buffer)[32], T number) {
  return {buffer, static_cast<size_t>(std::to_chars(buffer, buffer + sizeof buffer, number).ptr - buffer)};
}

}  // namespace

void JsonWriter::separate() {
  if (after_value_) text_ += ',';
  after_value_ = true;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  after_value_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  text_ += bracket;
  after_value_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  write_text(name);
  text_ += ':';
  after_value_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  write_text(text);
  return *this;
}

JsonWriter& JsonWriter::value(float number) {
  char buffer[32];
  return std::isfinite(number) ? raw(digits(buffer, number)) : null();
}

JsonWriter& JsonWriter::value(double number) {
  char buffer[32];
  return std::isfinite(number) ? raw(digits(buffer, number)) : null();
}

JsonWriter& JsonWriter::integer(int64_t number) {
  char buffer[32];
  return raw(digits(buffer, number));
}

JsonWriter& JsonWriter::natural(uint64_t number) {
  char buffer[32];
  return raw(digits(buffer, number));
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  text_ += json;
  return *this;
}

void JsonWriter::write_text(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  text_ += '"';
  while (!text.empty()) {
    const size_t plain = plain_size(text);
    text_ += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const char c = text[0];
    if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += c;
    } else if (c == '\n' || c == '\t') {
      text_ += c == '\n' ? "\\n" : "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      text_ += "\\u00";
      text_ += kHex[c >> 4];
      text_ += kHex[c & 15];
    } else if (const size_t size = sequence_size(text); size > 0) {
      text_ += text.substr(0, size);
      text.remove_prefix(size - 1);
    } else {
      text_ += "\xEF\xBF\xBD";
    }
    text.remove_prefix(1);
  }
  text_ += '"';
}

}  // namespace shortlist
