#include "shortlist/io/toml.h"

#include <toml++/impl/preprocessor.h>

// toml++ asserts of some bad input, such as "[&1]", what is not so, before it says what is wrong. To some
// compilers such an assertion is a promise.
#undef TOML_ASSERT
#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT(condition) static_assert(true)
#define TOML_ASSERT_ASSUME(condition) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <tuple>

#include "shortlist/base/error.h"
#include "shortlist/io/file.h"

namespace shortlist {
namespace {

Value to_value(const toml::node& node, int line_of_key);

// toml++ sorts a table's keys by name; where each key first stands is the file's order.
Value table_value(const toml::table& table, int line) {
  std::vector<std::pair<const toml::key*, const toml::node*>> entries;
  for (const auto& [key, node] : table) entries.emplace_back(&key, &node);
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    const auto &x = a.first->source().begin, &y = b.first->source().begin;
    return std::tie(x.line, x.column) < std::tie(y.line, y.column);
  });
  Value::Table values;
  for (const auto& [key, node] : entries) {
    values.emplace_back(std::string(key->str()), to_value(*node, int(key->source().begin.line)));
  }
  return Value(std::move(values), line);
}

Value array_value(const toml::array& array, int line) {
  Value::Array values;
  for (const toml::node& node : array) values.push_back(to_value(node, line));
  return Value(std::move(values), line);
}

template <typename T>
std::string date_text(const T& date) {
  std::ostringstream text;
  text << date;
  return text.str();
}

Value to_value(const toml::node& node, int line_of_key) {
  const int own = int(node.source().begin.line), line = own > 0 ? own : line_of_key;
  return node.visit([&]<typename T>(const T& n) -> Value {
    if constexpr (toml::is_table<T>) {
      return table_value(n, line);
    } else if constexpr (toml::is_array<T>) {
      return array_value(n, line);
    } else if constexpr (toml::is_date<T> || toml::is_time<T> || toml::is_date_time<T>) {
      return Value(date_text(n.get()), line);
    } else {
      return Value(n.get(), line);
    }
  });
}

// No name and no value may have one: what takes texts up to the first zero byte would see another.
void check_zero_bytes(const Value& value, const std::string& file) {
  const auto check = [&](const std::string& text) {
    if (text.find('\0') != text.npos)
      throw usage_error("{}{}: the text '{}' has a zero byte", file,
                        value.line > 0 ? fmt::format(":{}", value.line) : "",
                        text.substr(0, text.find('\0')));
  };
  if (value.text() != nullptr) check(*value.text());
  for (const Value& element : value.array() != nullptr ? *value.array() : Value::Array())
    check_zero_bytes(element, file);
  for (const auto& [key, element] : value.table() != nullptr ? *value.table() : Value::Table()) {
    check(key);
    check_zero_bytes(element, file);
  }
}

void forget_lines(Value& value) {
  value.line = 0;
  if (auto* array = std::get_if<Value::Array>(&value.data)) {
    for (Value& element : *array) forget_lines(element);
  }
  if (auto* table = std::get_if<Value::Table>(&value.data)) {
    for (auto& [key, element] : *table) forget_lines(element);
  }
}

}  // namespace

Value parse_toml(std::string_view text, const std::string& file) {
  try {
    Value table = table_value(toml::parse(text, file), 1);
    check_zero_bytes(table, file);
    return table;
  } catch (const toml::parse_error& error) {
    throw usage_error("{}:{}: {}", file, error.source().begin.line, error.description());
  }
}

Value load_toml(const std::string& path) { return parse_toml(read_file(path), path); }

Value parse_toml_value(std::string_view text) {
  const std::string line = "value = " + std::string(text);
  try {
    const toml::table table = toml::parse(line);
    if (table.size() == 1) {
      Value value = to_value(*table.get("value"), 0);
      forget_lines(value);
      check_zero_bytes(value, fmt::format("'{}'", text));
      return value;
    }
  } catch (const toml::parse_error& error) {
    const bool meant_as_toml = !text.empty() && std::string_view("[{\"'").find(text[0]) != text.npos;
    if (meant_as_toml) throw usage_error("'{}' is no TOML value: {}", text, error.description());
  }
  return Value(std::string(text));
}

}  // namespace shortlist
