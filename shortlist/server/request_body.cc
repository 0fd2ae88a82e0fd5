#include "shortlist/server/request_body.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

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

// Rows so far, all missing, become rows of a list column.
void become_list(Column& column) {
  column.type = ColumnType::list;
  column.texts.clear();
  column.offsets.assign(column.rows + 1, 0);
  column.elements = std::make_shared<Column>();
}

void become_text(Column& column) {
  column.type = ColumnType::text;
  column.texts.assign(column.rows, {});
  column.offsets.clear();
  column.elements.reset();
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
  if (const bool* b = std::get_if<bool>(&value.data)) return *b ? "1" : "0";
  throw where.error(value, fmt::format("got {}, need a text, a number or a list of them", value.describe()));
}

std::string name_text(const Value& value, const Where& where) {
  const double* number = std::get_if<double>(&value.data);
  if (number == nullptr || *number != std::trunc(*number)) return scalar_text(value, where);
  // From 2^53 on doubles leave out whole numbers. What is written as a whole number of up to 64 bits is none.
  if (std::abs(*number) >= 0x1p53)
    throw where.error(value, "got a number that is rounded when it is read; give it as a text");
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
  Part& part = part_for(values);
  for (size_t c = 0; c < form_.size(); ++c) add_cell(c, part[c], values[c], where.below(form_[c].column));
}

// The first part whose columns hold lists where the record does, and texts where it has texts.
RecordColumns::Part& RecordColumns::part_for(const std::vector<const Value*>& values) {
  const auto fits = [&](const Part& part) {
    for (size_t c = 0; c < form_.size(); ++c) {
      if (!form_[c].takes_lists || values[c] == nullptr || values[c]->is_null() || all_missing(part[c]))
        continue;
      if ((values[c]->array() != nullptr) != (part[c].type == ColumnType::list)) return false;
    }
    return true;
  };
  auto at = std::ranges::find_if(parts_, fits);
  if (at == parts_.end()) at = parts_.insert(at, Part(form_.size()));
  const size_t rows = at->empty() ? places_.size() : at->front().rows;
  places_.emplace_back(static_cast<size_t>(at - parts_.begin()), static_cast<uint32_t>(rows));
  return *at;
}

void RecordColumns::add_cell(size_t c, Column& column, const Value* value, const Where& where) {
  const InputKind input = form_[c].input;
  const bool is_name = input == InputKind::one || input == InputKind::several || input == InputKind::words;
  const auto text_of = [&](const Value& one, const Where& place) {
    return is_name ? name_text(one, place) : scalar_text(one, place);
  };
  const Value::Array* array = value != nullptr ? value->array() : nullptr;
  if (value == nullptr || value->is_null()) {
    set_missing(column);
    if (column.type == ColumnType::list)
      column.offsets.push_back(column.offsets.back());
    else
      column.texts.emplace_back();
  } else if (array != nullptr && form_[c].takes_lists) {
    if (column.type != ColumnType::list) become_list(column);
    add_list(is_name, column, *array, where);
  } else if (array != nullptr) {
    std::vector<std::string> parts;
    for (size_t i = 0; i < array->size(); ++i)
      parts.push_back(text_of((*array)[i], where.below(std::to_string(i))));
    if (form_[c].input != InputKind::words && form_[c].input != InputKind::several && parts.size() != 1)
      throw where.error(*value, fmt::format("got {} values, need one", parts.size()));
    column.texts.push_back(keep(fmt::format("{}", fmt::join(parts, ", "))));
  } else {
    if (column.type == ColumnType::list) become_text(column);
    column.texts.push_back(keep(text_of(*value, where)));
  }
  ++column.rows;
  if (!column.missing.empty()) column.missing.resize(column.rows);
}

std::vector<Column> RecordColumns::row(size_t row) const {
  const auto& [part, place] = places_[row];
  const uint32_t rows[] = {place};
  std::vector<Column> taken;
  for (const Column& column : parts_[part]) taken.push_back(take_rows(column, rows));
  return taken;
}

void RecordColumns::add_list(bool is_name, Column& column, const Value::Array& values, const Where& where) {
  for (size_t i = 0; i < values.size(); ++i) {
    const Where place = where.below(std::to_string(i));
    column.elements->texts.push_back(
        keep(is_name ? name_text(values[i], place) : scalar_text(values[i], place)));
    ++column.elements->rows;
  }
  column.offsets.push_back(static_cast<uint32_t>(column.elements->rows));
}

}  // namespace shortlist
