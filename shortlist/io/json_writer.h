// Writes JSON piece by piece into one string, for responses that must be fast.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace shortlist {

// The caller must nest correctly: a key before each value of an object, an end for each begin. Numbers are
// written with the fewest digits that read back to the same value. NaN and infinities become null; bytes that
// are not UTF-8 become U+FFFD.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool b) { return raw(b ? "true" : "false"); }
  JsonWriter& value(float number);
  JsonWriter& value(double number);
  JsonWriter& value(std::integral auto number) {
    if constexpr (std::is_signed_v<decltype(number)>) return integer(number);
    return natural(number);
  }
  JsonWriter& null() { return raw("null"); }
  // A value that is already JSON.
  JsonWriter& raw(std::string_view json);

  template <typename T>
  JsonWriter& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }

  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& integer(int64_t number);
  JsonWriter& natural(uint64_t number);
  void separate();
  void write_text(std::string_view text);

  std::string text_;
  bool after_value_ = false;
};

}  // namespace shortlist
