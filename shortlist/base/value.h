// A tree of settings as written by the user, with the line of each value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace shortlist {

struct Value {
  using Array = std::vector<Value>;
  using Table = std::vector<std::pair<std::string, Value>>;  // in the order of the file

  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Table> data;
  int line = 0;  // 1-based; 0 if it did not come from a file

  Value() = default;
  template <typename T>
  Value(T value, int at_line = 0) : data(std::move(value)), line(at_line) {}  // NOLINT: implicit on purpose

  bool is_null() const { return data.index() == 0; }
  const Table* table() const { return std::get_if<Table>(&data); }
  const Array* array() const { return std::get_if<Array>(&data); }
  const std::string* text() const { return std::get_if<std::string>(&data); }
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);

  // "a string", "a list", "the number 3": what was found, for messages.
  std::string describe() const;
};

// Sets `path` ("training.epochs", "ranking.0.weight") in `root`, creating tables as needed; for --set
// key=value.
void set_path(Value& root, std::string_view path, Value value);

// The shortest candidate that begins with `word`, otherwise the one with the smallest edit distance to it, or
// "" if none is close. Ignores case. Takes at most a few milliseconds: in a long list, late or very long
// candidates may not be compared by edit distance.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace shortlist
