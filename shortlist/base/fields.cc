#include "shortlist/base/fields.h"

#include <fmt/ranges.h>

#include <cmath>
#include <cstdlib>

namespace shortlist {
namespace {

std::string quoted_toml(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\', out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += c == '\n' ? "\\n" : c == '\t' ? "\\t" : fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

bool is_bare(const std::string& key) {
  return !key.empty() &&
         key.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
             std::string::npos;
}

std::string number_toml(double d) {
  if (std::isinf(d)) return d > 0 ? "inf" : "-inf";
  std::string text = fmt::format("{}", d);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

}  // namespace

std::string Range::text() const {
  const bool has_least = least > -std::numeric_limits<double>::infinity(),
             has_most = most < std::numeric_limits<double>::infinity();
  if (has_least && has_most && !without_least && !without_most) return fmt::format("{} to {}", least, most);
  const std::string low =
      has_least ? fmt::format("{} {}", without_least ? "more than" : "at least", least) : "";
  const std::string high = has_most ? fmt::format("{} {}", without_most ? "less than" : "at most", most) : "";
  return low + (has_least && has_most ? " and " : "") + high;
}

std::string to_toml_key(const std::string& key) { return is_bare(key) ? key : quoted_toml(key); }

std::string to_toml(const Value& value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return ""; }
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(int64_t i) const { return fmt::format("{}", i); }
    std::string operator()(double d) const { return number_toml(d); }
    std::string operator()(const std::string& s) const { return quoted_toml(s); }
    std::string operator()(const Value::Array& array) const {
      std::vector<std::string> parts;
      for (const Value& v : array) parts.push_back(to_toml(v));
      return fmt::format("[{}]", fmt::join(parts, ", "));
    }
    std::string operator()(const Value::Table& table) const {
      std::vector<std::string> parts;
      for (const auto& [key, v] : table) {
        parts.push_back(fmt::format("{} = {}", to_toml_key(key), to_toml(v)));
      }
      return parts.empty() ? "{}" : fmt::format("{{ {} }}", fmt::join(parts, ", "));
    }
  };
  return std::visit(Visitor(), value.data);
}

FieldError Where::error(const Value& value, const std::string& message) const {
  std::string place = file;
  if (value.line > 0) place += fmt::format(":{}", value.line);
  if (!place.empty()) place += ": ";
  return {path, message, fmt::format("{}{}{}{}", place, path, path.empty() ? "" : ": ", message)};
}

Where Where::below(std::string_view key) const {
  return {file, path.empty() ? std::string(key) : fmt::format("{}.{}", path, key)};
}

namespace fields_detail {

double shortest_double(float number) { return std::strtod(fmt::format("{}", number).c_str(), nullptr); }

bool read_bool(const Value& value, const Where& where) {
  if (const bool* b = std::get_if<bool>(&value.data)) return *b;
  throw where.error(value, fmt::format("got {}, need true or false", value.describe()));
}

int64_t read_integer(const Value& value, const Where& where, int64_t least, int64_t most) {
  const int64_t* i = std::get_if<int64_t>(&value.data);
  if (i != nullptr && *i >= least && *i <= most) return *i;
  // 3.0 is an integer too, as in JSON Schema.
  constexpr double kExact = int64_t{1} << 53;
  const double* d = std::get_if<double>(&value.data);
  if (d != nullptr && std::abs(*d) <= kExact && std::trunc(*d) == *d)
    return read_integer(Value(static_cast<int64_t>(*d), value.line), where, least, most);
  const std::string range = i == nullptr ? "" : fmt::format(" from {} to {}", least, most);
  throw where.error(value, fmt::format("got {}, need an integer{}", value.describe(), range));
}

double read_number(const Value& value, const Where& where, double most) {
  if (const int64_t* i = std::get_if<int64_t>(&value.data)) return static_cast<double>(*i);
  const double* d = std::get_if<double>(&value.data);
  if (d == nullptr) throw where.error(value, fmt::format("got {}, need a number", value.describe()));
  if (std::isfinite(*d) && std::abs(*d) <= most) return *d;
  throw where.error(value, fmt::format("got {}, need a finite number", value.describe()));
}

FieldError out_of_range(const Value& value, const Where& where, double got, const Range& range) {
  return where.error(value, fmt::format("got {}, need {}", got, range.text()));
}

std::string read_text(const Value& value, const Where& where) {
  if (const std::string* text = value.text()) return *text;
  throw where.error(value, fmt::format("got {}, need a text in quotes", value.describe()));
}

FieldError unknown_key(const Value& value, const Where& where, const std::string& key,
                       const std::vector<std::string>& known) {
  const std::string near = nearest(key, known);
  const std::string hint = near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
  const FieldError error =
      where.error(value, fmt::format("unknown key '{}'{} (known: {})", key, hint, fmt::join(known, ", ")));
  return {where.below(key).path, error.reason(), error.message()};
}

FieldError renamed_key(const Value& value, const Where& where, const std::string& key, const char* now) {
  const FieldError error = where.error(value, fmt::format("'{}' is now '{}': write that instead", key, now));
  return {where.below(key).path, error.reason(), error.message()};
}

FieldError not_one_of(const Value& value, const Where& where, const std::vector<std::string>& known) {
  const std::string near = value.text() != nullptr ? nearest(*value.text(), known) : "";
  const std::string hint = near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near);
  return where.error(value,
                     fmt::format("got {}, need one of {}{}", value.describe(), fmt::join(known, ", "), hint));
}

}  // namespace fields_detail
}  // namespace shortlist
