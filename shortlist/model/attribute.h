// Attributes of a catalogue's items, which are not inputs of the model. Each column has a kind.
// Recommendations show them, filters compare them exactly, and Jaccard similarity uses the elements of lists.
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
  number,  // int64 if a number is whole, else double
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

// How a column is read as an attribute, as far as it is declared.
struct AttributeForm {
  std::string name;
  std::optional<AttributeKind> kind;
  std::optional<std::string> separator;  // separator of a list in a text
  TimeForm times;
};

// monostate: missing.
using AttributeValue = std::variant<std::monostate, std::string, int64_t, double, std::vector<std::string>>;

struct Attribute {
  std::string name;
  AttributeKind kind = AttributeKind::text;
  std::string separator = ",";         // lists: in the table's texts and in conditions
  TimeForm times;                      // times: in the table's values and in conditions
  bool has_clock = true;               // times: at least one is not midnight
  std::vector<AttributeValue> values;  // one per item
};

// Reads the values of a column, one per row. Without a declared kind it is a list if the column is one, if a
// separator is declared, or if every text is a bracketed list; a number if every value is a plain decimal
// number and no two texts become one number except like 12 and 12.0, so not for codes such as 0107; a time if
// every value is one; else a text. NULL, blank text, NaN and infinite numbers are missing. Throws a RowError
// for a value that the kind does not allow.
Attribute read_attribute(const AttributeForm& form, const Column& values);
// The same for texts; "" is missing.
Attribute read_attribute(const AttributeForm& form, const std::vector<std::string>& texts);

bool is_missing(const AttributeValue& value);
// A value in readable form: a list's elements joined by ", ", a time as "2021-01-29 07:01:00"; "" if missing.
std::string text_of(const Attribute& attribute, const AttributeValue& value);

// {"name", "kind", "values": [...]} with null for missing values, and the settings that are not the default.
nlohmann::json attribute_to_json(const Attribute& attribute);
// Inverse of attribute_to_json(). `form` is used for older bundles, which have texts without a kind.
Attribute attribute_from_json(const nlohmann::json& json, const AttributeForm& form);

// The value for a JSON response: text, number, list of texts or null; a time as text_of() formats it.
Value to_value(const Attribute& attribute, const AttributeValue& value);

// The column type when written to a table; a list is written as one text.
ColumnType written_type(const Attribute& attribute);
// Requires type = written_type(attribute).
void write_attribute(const Attribute& attribute, const AttributeValue& value, ColumnType type,
                     TableWriter& writer);

}  // namespace shortlist
