#include "shortlist/model/attribute.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>

#include "shortlist/features/categories.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/list_values.h"
#include "shortlist/table/table_writer.h"
#include "shortlist/table/time_format.h"
#include "shortlist/table/time_text.h"

namespace shortlist {
namespace {

using nlohmann::json;

constexpr double kDay = 86400;

bool is_blank(const Column& values, size_t row) {
  return values.is_missing(row) ||
         (values.type == ColumnType::text && trim_blanks(values.texts[row]).empty());
}

AttributeValue number_value(double number) {
  if (!std::isfinite(number)) return {};
  if (number == std::trunc(number) && std::abs(number) < 0x1p63) return static_cast<int64_t>(number);
  return number;
}

// Integers that exceed 64 bits are not numbers, since a double would change them.
bool parse_plain(std::string_view text, AttributeValue& value) {
  if (text.find_first_not_of("-0123456789.") != text.npos) {
    double number;
    const bool missing = parse_number(text, number) && !std::isfinite(number);
    value = {};
    return missing;
  }
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.size() > 1 && digits[0] == '0' && digits[1] != '.') return false;  // a code: 0107
  if (digits.find('.') == digits.npos) {
    int64_t whole;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (error != std::errc() || end != text.data() + text.size()) return false;
    value = whole;
    return true;
  }
  double number;
  if (!parse_number(text, number)) return false;
  value = number_value(number);
  return true;
}

// Removes trailing zeros: 12.0 becomes 12.
std::string_view without_zero_decimals(std::string_view text) {
  const size_t point = text.find('.');
  if (point == text.npos || text.find_first_not_of('0', point + 1) != text.npos) return text;
  return text.substr(0, point);
}

// Whether different texts are different numbers. A column of versions with 1.1 and 1.10 is not numeric.
bool are_numbers(const Column& values) {
  std::unordered_map<double, std::string_view> texts;
  for (size_t row = 0; row < values.rows; ++row) {
    if (is_blank(values, row)) continue;
    const std::string_view text = trim_blanks(values.texts[row]);
    AttributeValue value;
    if (!parse_plain(text, value)) return false;
    if (is_missing(value) || std::holds_alternative<int64_t>(value)) continue;
    const auto [known, fresh] = texts.emplace(std::get<double>(value), text);
    if (!fresh && without_zero_decimals(known->second) != without_zero_decimals(text)) return false;
  }
  return true;
}

template <typename Is>
bool are_all(const Column& values, Is is) {
  bool any = false;
  for (size_t row = 0; row < values.rows; ++row) {
    if (is_blank(values, row)) continue;
    if (!is(values.texts[row])) return false;
    any = true;
  }
  return any;
}

// A placeholder such as 9999-12-31 makes the column a text, which is shown and compared as written.
bool are_times(const Column& values) {
  double seconds;
  if (!are_all(values, [&](std::string_view text) { return parse_iso_time(text, seconds); })) return false;
  try {
    find_time_form(values, {});
  } catch (const RowError&) {
    return false;
  }
  return true;
}

bool are_finite_somewhere(const Column& values) {
  return std::ranges::any_of(values.texts, [](std::string_view text) {
    double number;
    return parse_number(text, number) && std::isfinite(number);
  });
}

AttributeKind find_kind(const AttributeForm& form, const Column& values) {
  if (form.kind) return *form.kind;
  if (form.separator || values.type == ColumnType::list) return AttributeKind::list;
  if (values.type == ColumnType::time) return AttributeKind::time;
  if (values.type != ColumnType::text) return AttributeKind::number;
  if (are_all(values, is_bracketed_list)) return AttributeKind::list;
  if (are_finite_somewhere(values) && are_numbers(values)) return AttributeKind::number;
  return are_times(values) ? AttributeKind::time : AttributeKind::text;
}

AttributeValue read_number(const Column& values, size_t row) {
  if (values.type == ColumnType::integer) return values.integers[row];
  AttributeValue value;
  if (values.type == ColumnType::text && parse_plain(trim_blanks(values.texts[row]), value)) return value;
  double number;
  return read_number_cell(values, row, number) ? number_value(number) : AttributeValue();
}

AttributeValue read_text(const Column& values, size_t row) {
  TextCell cell;
  return cell.read(values, row) ? AttributeValue(std::string(cell.text())) : AttributeValue();
}

AttributeValue read_list(const CategoriesSettings& splitter, const Column& values, size_t row) {
  std::vector<std::string> list;
  splitter.each_value(values, row, [&](std::string_view value) { list.emplace_back(value); });
  return list.empty() ? AttributeValue() : AttributeValue(std::move(list));
}

AttributeValue read_instant(Attribute& attribute, const Column& values, size_t row) {
  double seconds;
  if (values.type == ColumnType::time) {
    seconds = values.numbers[row];
    if (!std::isfinite(seconds)) return {};
  } else if (!read_time(values, row, attribute.times, seconds)) {
    return {};
  }
  attribute.has_clock = attribute.has_clock || std::fmod(seconds, kDay) != 0;
  return seconds;
}

AttributeValue read_cell(Attribute& attribute, const CategoriesSettings& splitter, const Column& values,
                         size_t row) {
  switch (attribute.kind) {
    case AttributeKind::number:
      return read_number(values, row);
    case AttributeKind::time:
      return read_instant(attribute, values, row);
    case AttributeKind::list:
      return read_list(splitter, values, row);
    case AttributeKind::text:
      break;
  }
  return read_text(values, row);
}

json value_to_json(const AttributeValue& value) {
  return std::visit(
      [](const auto& v) -> json {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::monostate>)
          return nullptr;
        else
          return v;
      },
      value);
}

AttributeValue value_from_json(const json& json, AttributeKind kind) {
  if (json.is_null()) return {};
  switch (kind) {
    case AttributeKind::text:
      return json.get<std::string>();
    case AttributeKind::list:
      return json.get<std::vector<std::string>>();
    case AttributeKind::time:
      return json.get<double>();
    case AttributeKind::number:
      break;
  }
  if (json.is_number_integer()) return json.get<int64_t>();
  return json.get<double>();
}

// Older bundles stored lists as texts with commas. Titles have commas too, but their parts do not repeat.
bool do_commas_separate(const std::vector<std::string>& texts) {
  const std::set<std::string_view> wholes(texts.begin(), texts.end());
  std::set<std::string> parts;
  bool commas = false;
  for (std::string_view whole : wholes) {
    size_t count = 0;
    each_list_value(whole, ",", 0, [&](std::string_view part) { parts.emplace(part), ++count; });
    commas = commas || count > 1;
  }
  return commas && parts.size() <= wholes.size();
}

Attribute read_older(AttributeForm form, const std::vector<std::string>& texts) {
  if (!form.kind && !form.separator && do_commas_separate(texts)) form.separator = std::string(1, ',');
  return read_attribute(form, texts);
}

}  // namespace

Attribute read_attribute(const AttributeForm& form, const Column& values) {
  Attribute attribute{.name = form.name, .kind = find_kind(form, values)};
  CategoriesSettings splitter;
  if (form.separator) splitter.separator = attribute.separator = *form.separator;
  if (attribute.kind == AttributeKind::time) {
    attribute.times = values.type == ColumnType::time ? form.times : find_time_form(values, form.times);
    attribute.has_clock = false;
  }
  attribute.values.reserve(values.rows);
  for (size_t row = 0; row < values.rows; ++row) {
    attribute.values.push_back(is_blank(values, row) ? AttributeValue()
                                                     : read_cell(attribute, splitter, values, row));
  }
  return attribute;
}

Attribute read_attribute(const AttributeForm& form, const std::vector<std::string>& texts) {
  Column values;
  values.rows = texts.size();
  values.texts.assign(texts.begin(), texts.end());
  return read_attribute(form, values);
}

bool is_missing(const AttributeValue& value) { return std::holds_alternative<std::monostate>(value); }

std::string text_of(const Attribute& attribute, const AttributeValue& value) {
  switch (value.index()) {
    case 0:
      return "";
    case 1:
      return std::get<std::string>(value);
    case 2:
      return fmt::format("{}", std::get<int64_t>(value));
    case 4:
      return fmt::format("{}", fmt::join(std::get<std::vector<std::string>>(value), ", "));
    default:
      break;
  }
  const double number = std::get<double>(value);
  if (attribute.kind != AttributeKind::time) return fmt::format("{}", number);
  const std::string text = time_text(number);
  return attribute.has_clock ? text : text.substr(0, text.find(' '));
}

json attribute_to_json(const Attribute& attribute) {
  json values = json::array();
  for (const AttributeValue& value : attribute.values) values.push_back(value_to_json(value));
  json out = {{"name", attribute.name}, {"kind", enum_name(attribute.kind)}, {"values", std::move(values)}};
  if (attribute.kind == AttributeKind::list) out["separator"] = attribute.separator;
  if (attribute.kind != AttributeKind::time) return out;
  out["has_clock"] = attribute.has_clock;
  if (attribute.times.unit) out["unit"] = enum_name(*attribute.times.unit);
  if (attribute.times.format) out["format"] = *attribute.times.format;
  return out;
}

Attribute attribute_from_json(const json& json, const AttributeForm& form) {
  if (!json.contains("kind")) return read_older(form, json.at("values").get<std::vector<std::string>>());
  Attribute attribute{.name = json.at("name")};
  read_value(Value(json.at("kind").get<std::string>()), attribute.kind, Where{"", "kind"});
  const auto set = [&](const char* key, auto& field) {
    if (json.contains(key)) read_value(Value(json.at(key).get<std::string>()), field, Where{"", key});
  };
  set("separator", attribute.separator);
  set("unit", attribute.times.unit);
  set("format", attribute.times.format);
  attribute.has_clock = json.value("has_clock", true);
  for (const auto& value : json.at("values"))
    attribute.values.push_back(value_from_json(value, attribute.kind));
  return attribute;
}

Value to_value(const Attribute& attribute, const AttributeValue& value) {
  if (is_missing(value)) return Value();
  if (const auto* whole = std::get_if<int64_t>(&value)) return Value(*whole);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value))
    return Value(Value::Array(list->begin(), list->end()));
  const auto* number = std::get_if<double>(&value);
  if (number != nullptr && attribute.kind == AttributeKind::number) return Value(*number);
  return Value(text_of(attribute, value));
}

ColumnType written_type(const Attribute& attribute) {
  if (attribute.kind == AttributeKind::time) return ColumnType::time;
  if (attribute.kind != AttributeKind::number) return ColumnType::text;
  const bool whole = std::ranges::none_of(
      attribute.values, [](const AttributeValue& v) { return std::holds_alternative<double>(v); });
  return whole ? ColumnType::integer : ColumnType::number;
}

void write_attribute(const Attribute& attribute, const AttributeValue& value, ColumnType type,
                     TableWriter& writer) {
  if (is_missing(value)) return writer.missing();
  const auto* whole = std::get_if<int64_t>(&value);
  switch (type) {
    case ColumnType::integer:
      return writer.integer(*whole);
    case ColumnType::number:
      return writer.number(whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value));
    case ColumnType::time:
      return writer.time(std::get<double>(value));
    default:
      return writer.text(text_of(attribute, value));
  }
}

}  // namespace shortlist
