#include "shortlist/jobs/counted_json.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "shortlist/base/error.h"
#include "shortlist/features/utf8.h"

namespace shortlist {
namespace {

using nlohmann::json;

constexpr std::pair<ColumnType, const char*> kTypes[] = {{ColumnType::text, "text"},
                                                         {ColumnType::integer, "integer"},
                                                         {ColumnType::number, "number"},
                                                         {ColumnType::time, "time"},
                                                         {ColumnType::list, "list"}};
constexpr char kHexDigits[] = "0123456789abcdef";

json text_to_json(std::string_view text) {
  if (is_utf8(text) && text.find('\0') == text.npos) return text;
  std::string hex;
  for (const unsigned char c : text) hex += kHexDigits[c >> 4], hex += kHexDigits[c & 15];
  return {{"hex", hex}};
}

std::string text_from_json(const json& text) {
  if (!text.is_object()) return text.get<std::string>();
  const auto hex = text.at("hex").get<std::string>();
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

json number_to_json(double number) {
  if (std::isfinite(number)) return number;
  return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
}

double number_from_json(const json& number) {
  return number.is_string() ? std::stod(number.get<std::string>()) : number.get<double>();
}

json value_to_json(const Column& column, size_t row) {
  if (column.is_missing(row)) return nullptr;
  switch (column.type) {
    case ColumnType::text:
      return text_to_json(column.texts[row]);
    case ColumnType::integer:
      return column.integers[row];
    case ColumnType::number:
    case ColumnType::time:
      return number_to_json(column.numbers[row]);
    case ColumnType::list:
      break;
  }
  json list = json::array();
  for (uint32_t e = column.offsets[row]; e < column.offsets[row + 1]; ++e)
    list.push_back(value_to_json(*column.elements, e));
  return list;
}

void add_value(const json& value, ColumnType element, Column& to, std::deque<std::string>& memory) {
  const bool missing = value.is_null();
  if (missing) to.missing.resize(to.rows + 1);
  if (missing) to.missing[to.rows] = 1;
  if (!missing && !to.missing.empty()) to.missing.push_back(0);
  ++to.rows;
  switch (to.type) {
    case ColumnType::text:
      return to.texts.push_back(missing ? std::string_view() : memory.emplace_back(text_from_json(value)));
    case ColumnType::integer:
      return to.integers.push_back(missing ? 0 : value.get<int64_t>());
    case ColumnType::number:
    case ColumnType::time:
      return to.numbers.push_back(missing ? 0 : number_from_json(value));
    case ColumnType::list:
      break;
  }
  if (to.offsets.empty()) {
    to.offsets.push_back(0);
    to.elements = std::make_shared<Column>();
    to.elements->type = element;
  }
  if (!missing)
    for (const json& one : value) add_value(one, element, *to.elements, memory);
  to.offsets.push_back(static_cast<uint32_t>(to.elements->rows));
}

}  // namespace

json type_to_json(ColumnType type) {
  for (const auto& [known, name] : kTypes)
    if (known == type) return name;
  check_failed("type is known", __FILE__, __LINE__);
}

ColumnType type_from_json(const json& name) {
  for (const auto& [type, known] : kTypes)
    if (name == known) return type;
  throw data_error("unknown type {}", name.dump());
}

json counted_to_json(const CountedColumn& counted, size_t begin, size_t size) {
  json values = json::array(), first_row = json::array(), all = json::array(), fitted = json::array();
  const CodedColumn& column = counted.column;
  for (size_t i = begin; i < begin + size; ++i) {
    values.push_back(value_to_json(column.values, i));
    first_row.push_back(column.first_row[i]);
    all.push_back(counted.all[i]);
    fitted.push_back(counted.selected[i]);
  }
  json block = {{"values", std::move(values)},
                {"first_row", std::move(first_row)},
                {"all", std::move(all)},
                {"fitted", std::move(fitted)}};
  if (column.values.elements) block["elements"] = type_to_json(column.values.elements->type);
  return block;
}

void add_from_json(const json& block, CountedColumn& counted) {
  const json& values = block.at("values");
  ColumnType element = ColumnType::text;
  if (block.contains("elements")) element = type_from_json(block.at("elements"));
  for (size_t i = 0; i < values.size(); ++i) {
    add_value(values[i], element, counted.column.values, counted.column.memory);
    counted.column.first_row.push_back(block.at("first_row").at(i).get<uint64_t>());
    counted.all.push_back(block.at("all").at(i).get<uint64_t>());
    counted.selected.push_back(block.at("fitted").at(i).get<uint64_t>());
  }
}

}  // namespace shortlist
