#include "shortlist/io/json.h"

#include <algorithm>
#include <limits>
#include <new>
#include <nlohmann/json.hpp>
#include <set>

#include "shortlist/base/error.h"
#include "shortlist/io/file.h"

namespace shortlist {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kMaxDepth = 200;
constexpr size_t kMaxReason = 160;

size_t line_of(std::string_view text, size_t offset) {
  return 1 + std::count(text.begin(), text.begin() + std::min(offset, text.size()), '\n');
}

// nlohmann's message without its prefixes: "[json.exception...] parse error at line 1, column 2: syntax error
// ...".
std::string reason_of(const std::exception& error) {
  std::string_view reason = error.what();
  if (const size_t end = reason.find("] "); reason.starts_with("[json.exception.") && end != reason.npos)
    reason.remove_prefix(end + 2);
  if (const size_t column = reason.find("column "); column != reason.npos) {
    reason.remove_prefix(std::min(reason.size(), reason.find(": ", column) + 2));
  }
  return std::string(reason.substr(0, kMaxReason)) + (reason.size() > kMaxReason ? "..." : "");
}

// Describes the fault of a tree whose structure made nlohmann throw.
std::string shape_fault(const nlohmann::detail::exception& error) {
  constexpr int kWrongType = 302, kNoSuchKey = 403, kNoSuchElement = 401;
  const std::string reason = reason_of(error);
  if (error.id == kNoSuchElement) return "a list has too few values";
  if (const size_t end = reason.find(" not found"); error.id == kNoSuchKey && end != reason.npos)
    return "has no " + reason.substr(0, end);
  const std::string must = "type must be ", but = ", but is ";
  if (const size_t at = reason.find(but);
      error.id == kWrongType && reason.starts_with(must) && at != reason.npos)
    return fmt::format("has a value of type {}, need {}", reason.substr(at + but.size()),
                       reason.substr(must.size(), at - must.size()));
  if (const size_t at = reason.rfind(" with "); reason.starts_with("cannot use ") && at != reason.npos)
    return fmt::format("has a value of type {}, need an object or a list", reason.substr(at + 6));
  return reason;
}

// Rejects what nlohmann accepts: a key given twice, and nesting deep enough to exhaust the stack.
struct Strict {
  const std::string& file;
  std::vector<std::set<std::string>> keys;

  template <typename Json>
  bool operator()(int depth, typename Json::parse_event_t event, Json& parsed) {
    using Event = typename Json::parse_event_t;
    if (depth > kMaxDepth) throw data_error("{}: nested more than {} deep", file, kMaxDepth);
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key && !keys.back().insert(parsed.template get<std::string>()).second) {
      throw data_error("{}: the key '{}' is given twice", file, parsed.template get<std::string>());
    }
    return true;
  }
};

template <typename Json>
Json parse(std::string_view text, const std::string& file) {
  Strict strict{file, {}};
  // nlohmann treats a zero byte as the end of the text.
  if (const size_t zero = text.find('\0'); zero != text.npos)
    throw data_error("{}:{}: not JSON: has a zero byte", file, line_of(text, zero));
  try {
    return Json::parse(text.begin(), text.end(),
                       [&](int depth, typename Json::parse_event_t event, Json& parsed) {
                         return strict(depth, event, parsed);
                       });
  } catch (const nlohmann::detail::parse_error& error) {
    throw data_error("{}:{}: not JSON: {}", file, line_of(text, error.byte), reason_of(error));
  } catch (const nlohmann::detail::exception& error) {  // such as a number out of range
    throw data_error("{}: not JSON: {}", file, reason_of(error));
  }
}

template <typename Json>
std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

template <typename Json>
struct ToJson {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(const Value::Array& array) const {
    Json json = Json::array();
    for (const Value& element : array) json.push_back(std::visit(*this, element.data));
    return json;
  }
  Json operator()(const Value::Table& table) const {
    Json json = Json::object();
    for (const auto& [key, value] : table) json[key] = std::visit(*this, value.data);
    return json;
  }
  template <typename T>
  Json operator()(const T& value) const {
    return value;
  }
};

template <typename Json>
Value to_value(const Json& json) {
  if (json.is_boolean()) return Value(json.template get<bool>());
  if (json.is_number_unsigned() &&
      json.template get<uint64_t>() > uint64_t(std::numeric_limits<int64_t>::max())) {
    return Value(json.template get<double>());
  }
  if (json.is_number_integer()) return Value(json.template get<int64_t>());
  if (json.is_number()) return Value(json.template get<double>());
  if (json.is_string()) return Value(json.template get<std::string>());
  if (json.is_array()) {
    Value::Array array;
    for (const Json& element : json) array.push_back(to_value(element));
    return Value(std::move(array));
  }
  if (!json.is_object()) return Value();
  Value::Table table;
  for (const auto& [key, value] : json.items()) table.emplace_back(key, to_value(value));
  return Value(std::move(table));
}

}  // namespace

json parse_json(std::string_view text, const std::string& file) { return parse<json>(text, file); }
json load_json(const std::string& path) { return parse_json(read_file(path), path); }

void reading_file(const std::string& file, const std::function<void()>& read) {
  try {
    read();
  } catch (const Error& error) {
    const bool named = error.message().find(file) != std::string::npos;
    throw Error(ErrorKind::data, named ? error.message() : file + ": " + error.message());
  } catch (const nlohmann::detail::exception& error) {
    throw data_error("{}: {}", file, shape_fault(error));
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const CheckFailed&) {
    throw;
  } catch (const std::exception& error) {
    throw data_error("{}: cannot be read: {}", file, error.what());
  }
}

std::string dump_json(const json& json) { return dump(json, 2) + "\n"; }
std::string dump_json_line(const json& json) { return dump(json, -1); }

json to_json(const Value& value) { return std::visit(ToJson<json>(), value.data); }
Value from_json(const json& json) { return to_value(json); }

Value parse_json_value(std::string_view text, const std::string& file) {
  return to_value(parse<ordered_json>(text, file));
}
std::string dump_json_value(const Value& value) {
  return dump(std::visit(ToJson<ordered_json>(), value.data), 2) + "\n";
}
std::string dump_json_value_line(const Value& value) {
  return dump(std::visit(ToJson<ordered_json>(), value.data), -1);
}

}  // namespace shortlist
