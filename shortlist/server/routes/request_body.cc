#include "shortlist/server/routes/request_body.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "shortlist/features/feature_map.h"
#include "shortlist/features/history.h"
#include "shortlist/features/list_values.h"
#include "shortlist/io/json.h"
#include "shortlist/recommend/history_name.h"
#include "shortlist/server/routes/problem.h"

namespace shortlist {
namespace {

bool is_json(std::string_view content_type) {
  constexpr std::string_view kJson = "application/json";
  if (content_type.size() < kJson.size()) return false;
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
  if (!std::equal(kJson.begin(), kJson.end(), content_type.begin(), same)) return false;
  return content_type.size() == kJson.size() || content_type[kJson.size()] == ';' ||
         content_type[kJson.size()] == ' ';
}

[[noreturn]] void refuse_type(const HttpRequest& request) {
  throw Problem(415, "unsupported_media_type",
                fmt::format("got content type '{}', need application/json", request.content_type));
}

Value parse_json_body(const HttpRequest& request) {
  try {
    return parse_json_value(request.body, "body");
  } catch (const Error& error) {
    throw Problem(400, "invalid_json", error.message());
  }
}

void set_missing(Column& column) {
  column.missing.resize(column.rows);
  column.missing.push_back(1);
}

// Values that are names use the form of names.
std::string text_for(const FormField& field, const Value& value, const Where& where) {
  const bool is_name =
      field.input == InputKind::one || field.input == InputKind::several || field.input == InputKind::words;
  return is_name ? name_text(value, where) : scalar_text(value, where);
}

// Converts a list to the text that its column's features read as that list.
std::string list_as_text(const FormField& field, const Value::Array& values, const Where& where) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < values.size(); ++i)
    texts.push_back(text_for(field, values[i], where.below(std::to_string(i))));
  const bool several = field.input == InputKind::several;
  if (several && field.takes_lists) return bracketed_list(texts);
  if (!several && field.input != InputKind::words && !field.takes_lists && texts.size() != 1)
    throw where.error(Value(values), fmt::format("got {} values, need one", texts.size()));
  return fmt::format("{}", fmt::join(texts, several ? field.separator : ", "));
}

}  // namespace

int read_k(std::optional<int> k, const Limits& limits, const char* field) {
  const int wanted = k.value_or(limits.default_k());
  if (wanted < 1 || wanted > limits.max_k)
    throw invalid_field(field, fmt::format("got {}, need 1 to {}", wanted, limits.max_k));
  return wanted;
}

std::string scalar_text(const Value& value, const Where& where) {
  if (const std::string* text = value.text()) return *text;
  if (const int64_t* i = std::get_if<int64_t>(&value.data)) return std::to_string(*i);
  if (const double* d = std::get_if<double>(&value.data)) return fmt::format("{}", *d);
  if (const bool* b = std::get_if<bool>(&value.data)) return *b ? "true" : "false";
  throw where.error(value, fmt::format("got {}, need a text, a number or a list of them", value.describe()));
}

std::string name_text(const Value& value, const Where& where) {
  const double* number = std::get_if<double>(&value.data);
  if (number == nullptr || *number != std::trunc(*number)) return scalar_text(value, where);
  // From 2^53 on, doubles skip whole numbers. What is written as a whole number of up to 64 bits is not a
  // double here.
  if (std::abs(*number) >= 0x1p53)
    throw where.error(value, "got a number that would be rounded; give it as a text");
  return std::to_string(static_cast<int64_t>(*number));
}

std::string read_id(const Value& value, const std::string& field) {
  const Where where{"", field};
  if (value.text() == nullptr && !std::holds_alternative<int64_t>(value.data) &&
      !std::holds_alternative<double>(value.data))
    throw where.error(value, fmt::format("got {}, need an id: a text or a number", value.describe()));
  return name_text(value, where);
}

std::vector<std::string> read_ids(const std::vector<Value>& values, const std::string& field) {
  std::vector<std::string> ids;
  for (size_t i = 0; i < values.size(); ++i)
    ids.push_back(read_id(values[i], fmt::format("{}.{}", field, i)));
  return ids;
}

Value parse_body(const HttpRequest& request) {
  if (!is_json(request.content_type)) refuse_type(request);
  return parse_json_body(request);
}

Value parse_untyped_body(const HttpRequest& request) {
  const bool from_browser = !request.origin.empty() || !request.fetch_site.empty();
  if (!is_json(request.content_type) && (!request.content_type.empty() || from_browser)) refuse_type(request);
  return parse_json_body(request);
}

// The column that a name means if no column has that name.
std::string RecordColumns::other_name(const std::string& name) const {
  std::vector<std::string> columns, histories;
  for (const FormField& field : form_) {
    columns.push_back(field.column);
    if (field.kind == HistorySettings::kind) histories.push_back(field.column);
  }
  return std::string(column_named(name, columns, histories));
}

void RecordColumns::add(const Value& record, const std::string& field) {
  const Where where{"", field};
  const Value::Table* table = record.table();
  if (table == nullptr)
    throw where.error(record, fmt::format("got {}, need an object of values by column", record.describe()));
  std::vector<const Value*> values(form_.size());
  std::vector<std::string_view> names(form_.size());
  for (size_t i = 0; i < table->size(); ++i) {
    const auto& [name, value] = (*table)[i];
    auto at = std::ranges::find(form_, name, &FormField::column);
    if (at == form_.end()) at = std::ranges::find(form_, other_name(name), &FormField::column);
    if (at == form_.end()) {
      std::vector<std::string> known;
      for (const FormField& f : form_) known.push_back(f.column);
      throw fields_detail::unknown_key(value, where, name, known);
    }
    const auto c = static_cast<size_t>(at - form_.begin());
    if (!names[c].empty() && names[c] != name)
      throw where.below(name).error(value, fmt::format("is the same column as '{}'", names[c]));
    values[c] = &value;
    names[c] = name;
  }
  for (size_t c = 0; c < form_.size(); ++c) add_cell(c, values[c], where.below(form_[c].column));
  ++rows_;
}

void RecordColumns::add_cell(size_t c, const Value* value, const Where& where) {
  Column& column = columns_[c];
  const Value::Array* array = value != nullptr ? value->array() : nullptr;
  if (value == nullptr || value->is_null()) {
    set_missing(column);
    column.texts.emplace_back();
  } else {
    column.texts.push_back(
        keep(array != nullptr ? list_as_text(form_[c], *array, where) : text_for(form_[c], *value, where)));
  }
  ++column.rows;
  if (!column.missing.empty()) column.missing.resize(column.rows);
}

std::vector<Column> RecordColumns::row(size_t row) const {
  const uint32_t rows[] = {static_cast<uint32_t>(row)};
  std::vector<Column> taken;
  for (const Column& column : columns_) taken.push_back(take_rows(column, rows));
  return taken;
}

}  // namespace shortlist
