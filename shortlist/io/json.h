// JSON text and trees. nlohmann::json sorts keys; Value keeps their order.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "shortlist/base/value.h"

namespace shortlist {

// Throws a data Error "file:line: ..." for bad syntax, a zero byte, a number out of a double's range, a key
// given twice in one object, or nesting deeper than 200.
nlohmann::json parse_json(std::string_view text, const std::string& file);
nlohmann::json load_json(const std::string& path);

// Runs `read`, which interprets the content of a file, such as a tree from parse_json(). Any exception
// becomes a data Error that names the file, including one for a tree with an unexpected structure.
void reading_file(const std::string& file, const std::function<void()>& read);

// Indented by 2 with a newline at the end. Equal trees give equal bytes. Invalid UTF-8 becomes U+FFFD; NaN
// and infinities become null.
std::string dump_json(const nlohmann::json& json);
// On one line without a newline, for JSON lines.
std::string dump_json_line(const nlohmann::json& json);

nlohmann::json to_json(const Value& value);
// Integers out of int64's range become doubles. All lines are 0.
Value from_json(const nlohmann::json& json);

// The same for a Value, whose keys keep their order.
Value parse_json_value(std::string_view text, const std::string& file);
std::string dump_json_value(const Value& value);
std::string dump_json_value_line(const Value& value);  // without the newline

}  // namespace shortlist
