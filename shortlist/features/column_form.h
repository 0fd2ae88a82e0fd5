// The form in which ids and categories are compared. It is fixed when a model's features are fitted, so that
// later tables, queries and requests cannot change which values are equal.
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
  number,   // floating-point columns: printed with the fewest digits that round-trip
};
template <>
struct EnumNames<TextForm> {
  static constexpr std::pair<TextForm, std::string_view> names[] = {
      {TextForm::text, "text"}, {TextForm::integer, "integer"}, {TextForm::number, "number"}};
};

struct ColumnForm {
  ColumnType type = ColumnType::text;  // type of the values: 12 is an integer in a text file too
  TextForm form = TextForm::text;
};

// Forms by column name.
using ColumnForms = std::map<std::string, ColumnForm, std::less<>>;

// Returns `integer` if every value is a plain integer, possibly written as 12.0. Missing and blank values fit
// any form.
ColumnForm find_form(const Column& distinct_values);

// Returns the value in its form; true and false are 1 and 0 in a numeric column. A value that does not fit
// the form is unchanged and equals no value that fits. The result views `text` or `memory`.
std::string_view in_form(std::string_view text, TextForm form, std::string& memory);

// Converts the distinct values to their form and merges equal ones; whole numbers become integers. Only for
// columns of texts, integers and numbers.
void bring_into_form(CodedColumn& column, TextForm form);

// Returns the column with its texts in their form, or the column itself if they already are. `memory` owns
// new texts.
Column in_form(const Column& column, TextForm form, std::deque<std::string>& memory);

// Whether a sorts before b: integers by value, texts by bytes.
bool is_before(std::string_view a, std::string_view b, TextForm form);

nlohmann::json forms_to_json(const ColumnForms& forms);
// Throws what nlohmann::json and read_enum throw.
ColumnForms forms_from_json(const nlohmann::json& json);

}  // namespace shortlist
