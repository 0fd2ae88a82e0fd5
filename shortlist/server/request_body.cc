#include "shortlist/server/request_body.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/features/feature_map.h"
#include "shortlist/io/json.h"
#include "shortlist/server/problem.h"

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

void set_missing(Column& column) {
  column.missing.resize(column.rows);
  column.missing.push_back(1);
}

// Rows so far, all missing, become rows of a list column.
void become_list(Column& column) {
  column.type = ColumnType::list;
  column.texts.clear();
  column.offsets.assign(column.rows + 1, 0);
  column.elements = std::make_shared<Column>();
}

bool all_missing(const Column& column) {
  return column.missing.size() == column.rows && std::ranges::count(column.missing, 0) == 0;
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

Value parse_body(const HttpRequest& request) {
  if (!is_json(request.content_type)) {
    throw Problem(415, "unsupported_media_type",
                  fmt::format("got content type '{}', need application/json", request.content_type));
  }
  return parse_untyped_body(request);
}

Value parse_untyped_body(const HttpRequest& request) {
  try {
    return parse_json_value(request.body, "body");
  } catch (const Error& error) {
    throw Problem(400, "invalid_json", error.message());
  }
}

void RecordColumns::add(const Value& record, const std::string& field) {
  const Where where{"", field};
  const Value::Table* table = record.table();
  if (table == nullptr)
    throw where.error(record, fmt::format("got {}, need an object of values by column", record.describe()));
  std::vector<const Value*> values(form_.size());
  for (size_t i = 0; i < table->size(); ++i) {
    const auto& [name, value] = (*table)[i];
    const auto at = std::ranges::find(form_, name, &FormField::column);
    if (at == form_.end()) {
      std::vector<std::string> known;
      for (const FormField& f : form_) known.push_back(f.column);
      throw fields_detail::unknown_key(value, where.below(name), name, known);
    }
    values[static_cast<size_t>(at - form_.begin())] = &value;
  }
  for (size_t c = 0; c < form_.size(); ++c) add_cell(c, values[c], where.below(form_[c].column));
  ++rows_;
}

void RecordColumns::add_cell(size_t c, const Value* value, const Where& where) {
  Column& column = columns_[c];
  const Value::Array* array = value != nullptr ? value->array() : nullptr;
  if (value == nullptr || value->is_null()) {
    set_missing(column);
    if (column.type == ColumnType::list)
      column.offsets.push_back(column.offsets.back());
    else
      column.texts.emplace_back();
  } else if (array != nullptr && form_[c].takes_lists) {
    if (column.type != ColumnType::list) {
      if (!all_missing(column)) throw where.error(*value, "got a list, but the rows before give texts");
      become_list(column);
    }
    add_list(column, *array, where);
  } else if (column.type == ColumnType::list) {
    throw where.error(*value, fmt::format("got {}, but the rows before give lists", value->describe()));
  } else if (array != nullptr) {
    std::vector<std::string> parts;
    for (size_t i = 0; i < array->size(); ++i)
      parts.push_back(scalar_text((*array)[i], where.below(std::to_string(i))));
    if (form_[c].input != InputKind::words && form_[c].input != InputKind::several && parts.size() != 1)
      throw where.error(*value, fmt::format("got {} values, need one", parts.size()));
    column.texts.push_back(keep(fmt::format("{}", fmt::join(parts, ", "))));
  } else {
    column.texts.push_back(keep(scalar_text(*value, where)));
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

void RecordColumns::add_list(Column& column, const Value::Array& values, const Where& where) {
  for (size_t i = 0; i < values.size(); ++i) {
    column.elements->texts.push_back(keep(scalar_text(values[i], where.below(std::to_string(i)))));
    ++column.elements->rows;
  }
  column.offsets.push_back(static_cast<uint32_t>(column.elements->rows));
}

}  // namespace shortlist
