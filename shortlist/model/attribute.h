// What is known of a catalogue's items beside the model, each column with its kind: answers show it, filters
// compare it exactly, and Jaccard sees the single values of a list.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/features/time_form.h"
#include "shortlist/table/column.h"

namespace shortlist {

class TableWriter;

enum class AttributeKind {
  text,
  number,  // int64 where a number is whole, else double
  time,    // double: seconds since 1970-01-01 UTC
  list,    // of texts
};
template <>
struct EnumNames<AttributeKind> {
  static constexpr std::pair<AttributeKind, std::string_view> names[] = {{AttributeKind::text, "text"},
                                                                         {AttributeKind::number, "number"},
                                                                         {AttributeKind::time, "time"},
                                                                         {AttributeKind::list, "list"}};
};

// How a column is read as an attribute, as far as that is declared.
struct AttributeForm {
  std::string name;
  std::optional<AttributeKind> kind;
  std::optional<std::string> separator;  // of a list in a text
  TimeForm times;
};

// monostate: missing.
using AttributeValue = std::variant<std::monostate, std::string, int64_t, double, std::vector<std::string>>;

struct Attribute {
  std::string name;
  AttributeKind kind = AttributeKind::text;
  std::string separator = ",";         // lists: of the table's texts, and of a condition's
  TimeForm times;                      // times: of the table's values, and of a condition's
  bool has_clock = true;               // times: some of them is no midnight
  std::vector<AttributeValue> values;  // one for each item
};

// The values of a column, one for each row. Without a declared kind: a list where the column is one, where a
// separator is declared, or where every text is a list in brackets; a number where every value is a plain
// decimal number and no two texts would become one number but those like 12 and 12.0, so not of codes like
// 0107; a time where every value is; else a text. NULL, blank text, and NaN and infinite numbers are missing.
// Throws a RowError for a value that its kind does not allow.
Attribute read_attribute(const AttributeForm& form, const Column& values);
// The same of texts, "" where missing.
Attribute read_attribute(const AttributeForm& form, const std::vector<std::string>& texts);

bool is_missing(const AttributeValue& value);
// A value as a person reads it: a list's values with ", " between them, a time as "2021-01-29 07:01:00"; ""
// when missing.
std::string text_of(const Attribute& attribute, const AttributeValue& value);

// {"name", "kind", "values": [...]} with null where missing, and what else is not the default.
nlohmann::json attribute_to_json(const Attribute& attribute);
// What attribute_to_json() wrote. `form` is for older bundles, which hold texts without a kind.
Attribute attribute_from_json(const nlohmann::json& json, const AttributeForm& form);

// As a member of a JSON answer: text, number, list of texts or null; a time as text_of() has it.
Value to_value(const Attribute& attribute, const AttributeValue& value);

// The type of its column in a table that is written, where a list is one text.
ColumnType written_type(const Attribute& attribute);
// `type` is written_type() of the attribute.
void write_attribute(const Attribute& attribute, const AttributeValue& value, ColumnType type,
                     TableWriter& writer);

}  // namespace shortlist
