#include "shortlist/features/column_form.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "shortlist/base/error.h"
#include "shortlist/features/cell.h"
#include "shortlist/table/code_columns.h"
#include "shortlist/table/time_format.h"

namespace shortlist {
namespace {

constexpr std::pair<ColumnType, std::string_view> kTypeNames[] = {{ColumnType::text, "text"},
                                                                  {ColumnType::integer, "integer"},
                                                                  {ColumnType::number, "number"},
                                                                  {ColumnType::time, "time"},
                                                                  {ColumnType::list, "list"}};

// Whether there are texts that are neither missing nor blank, and `fits` is true for all of them.
template <typename Fits>
bool all_texts(const Column& values, Fits fits) {
  bool some = false;
  for (size_t row = 0; row < values.rows; ++row) {
    if (values.is_missing(row) || trim_blanks(values.texts[row]).empty()) continue;
    if (!fits(values.texts[row])) return false;
    some = true;
  }
  return some;
}

ColumnForm form_of_texts(const Column& values) {
  double number = 0;
  if (all_texts(values, [](std::string_view text) { return !plain_integer(text).empty(); }))
    return {ColumnType::integer, TextForm::integer};
  if (all_texts(values, [&](std::string_view text) { return looks_like_number(text, number); }))
    return {ColumnType::number, TextForm::text};
  if (all_texts(values, [&](std::string_view text) { return parse_iso_time(text, number); }))
    return {ColumnType::time, TextForm::text};
  return {};
}

ColumnForm form_of_numbers(const Column& values) {
  for (size_t row = 0; row < values.rows; ++row) {
    const double number = values.numbers[row];
    if (values.is_missing(row) || !std::isfinite(number)) continue;
    if (number != std::trunc(number) || std::abs(number) >= 0x1p63)
      return {ColumnType::number, TextForm::number};
  }
  return {ColumnType::number, TextForm::integer};
}

template <typename Names, typename Key>
Key key_of(const Names& names, const nlohmann::json& name, const char* what) {
  for (const auto& [key, known] : names) {
    if (name == known) return key;
  }
  throw data_error("unknown {} {}", what, name.dump());
}

}  // namespace

ColumnForm find_form(const Column& values) {
  switch (values.type) {
    case ColumnType::text:
      return form_of_texts(values);
    case ColumnType::integer:
      return {ColumnType::integer, TextForm::integer};
    case ColumnType::number:
      return form_of_numbers(values);
    default:
      return {values.type, TextForm::text};
  }
}

std::string_view in_form(std::string_view text, TextForm form, std::string& memory) {
  if (form == TextForm::text) return text;
  if (const std::string_view integer = plain_integer(text); !integer.empty()) return integer;
  if (text == "true") return "1";
  if (text == "false") return "0";
  double number = 0;
  if (form == TextForm::integer || !parse_number(text, number) || !std::isfinite(number)) return text;
  char digits[32];
  memory = write_number(number, digits);
  return memory;
}

void bring_into_form(CodedColumn& column, TextForm form) {
  if (form == TextForm::text || column.values.type == ColumnType::integer ||
      column.values.type == ColumnType::list)
    return;
  if (column.values.type == ColumnType::number && form == TextForm::number) return;
  std::vector<std::string> texts;
  bool changed = column.values.type != ColumnType::text;
  TextCell cell;
  std::string memory;
  for (uint32_t code = 0; code < column.distinct(); ++code) {
    const bool known = cell.read(column.values, code);
    texts.emplace_back(known ? in_form(cell.text(), form, memory) : std::string_view());
    changed = changed || (known && texts.back() != cell.text());
  }
  if (changed) rewrite_values(column, texts);
}

Column in_form(const Column& column, TextForm form, std::deque<std::string>& memory) {
  Column formed = column;
  if (form == TextForm::text || column.type != ColumnType::text) return formed;
  std::string made;
  for (std::string_view& text : formed.texts) {
    const std::string_view other = in_form(text, form, made);
    text = other.data() == made.data() ? std::string_view(memory.emplace_back(other)) : other;
  }
  return formed;
}

bool is_before(std::string_view a, std::string_view b, TextForm form) {
  if (form != TextForm::integer) return a < b;
  const bool a_below = a.starts_with('-'), b_below = b.starts_with('-');
  if (a_below != b_below) return a_below;
  const bool shorter = a.size() != b.size() ? a.size() < b.size() : a < b;
  return a_below ? !shorter && a != b : shorter;
}

nlohmann::json forms_to_json(const ColumnForms& forms) {
  nlohmann::json json = nlohmann::json::array();
  for (const auto& [column, form] : forms) {
    const auto* type =
        std::ranges::find(kTypeNames, form.type, &std::pair<ColumnType, std::string_view>::first);
    json.push_back({{"column", column}, {"type", type->second}, {"form", enum_name(form.form)}});
  }
  return json;
}

ColumnForms forms_from_json(const nlohmann::json& json) {
  ColumnForms forms;
  for (const nlohmann::json& entry : json) {
    forms[entry.at("column").get<std::string>()] = {
        key_of<decltype(kTypeNames), ColumnType>(kTypeNames, entry.at("type"), "type"),
        key_of<decltype(EnumNames<TextForm>::names), TextForm>(EnumNames<TextForm>::names, entry.at("form"),
                                                               "form")};
  }
  return forms;
}

}  // namespace shortlist
