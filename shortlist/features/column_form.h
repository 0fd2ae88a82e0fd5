// The form in which the values of ids and categories are compared, fixed when a model's features are fitted,
// so that a later table, query or request never changes what a value is.
#pragma once

#include <deque>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "shortlist/base/fields.h"
#include "shortlist/table/coded_column.h"
#include "shortlist/table/column.h"

namespace shortlist {

enum class TextForm {
  text,     // as written: 0107, 1e3, 1.10 and 12.0 are four values, and none is 107, 1000, 1.1 or 12
  integer,  // decimal integers of any size: 12 and 12.0 are one value, printed 12
  number,   // of a column of floating point: printed with the fewest digits that give the number again
};
template <>
struct EnumNames<TextForm> {
  static constexpr std::pair<TextForm, std::string_view> names[] = {
      {TextForm::text, "text"}, {TextForm::integer, "integer"}, {TextForm::number, "number"}};
};

struct ColumnForm {
  ColumnType type = ColumnType::text;  // what the values are: 12 is an integer in a text file too
  TextForm form = TextForm::text;
};

// By column.
using ColumnForms = std::map<std::string, ColumnForm, std::less<>>;

// `integer` where every value is a plain integer, perhaps written 12.0; missing and blank values fit any
// form.
ColumnForm find_form(const Column& distinct_values);

// The value in its form; what does not fit the form stays as it is, and equals no value that does. The result
// views `text` or `memory`.
std::string_view in_form(std::string_view text, TextForm form, std::string& memory);

// Distinct values in their form, equal ones made one; whole numbers become integers. Only for columns of
// texts, integers and numbers.
void bring_into_form(CodedColumn& column, TextForm form);

// The texts of a column in their form, or the column itself where they are already. `memory` holds new texts.
Column in_form(const Column& column, TextForm form, std::deque<std::string>& memory);

// Whether a is before b in the order of their form: integers by their size, texts by their bytes.
bool is_before(std::string_view a, std::string_view b, TextForm form);

nlohmann::json forms_to_json(const ColumnForms& forms);
// Throws what nlohmann::json and read_enum throw.
ColumnForms forms_from_json(const nlohmann::json& json);

}  // namespace shortlist
