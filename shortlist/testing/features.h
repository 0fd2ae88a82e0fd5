// Shared by the tests of features: small columns, and features fitted with settings as in TOML.
#pragma once

#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/features/feature_config.h"
#include "shortlist/features/feature_kinds.h"

namespace shortlist::testing {

inline constexpr std::string_view kNull = "<NULL>";  // represents a missing text

inline Column text_column(std::vector<std::string_view> texts) {
  Column column;
  column.rows = texts.size();
  for (std::string_view text : texts) column.missing.push_back(text == kNull);
  column.texts = std::move(texts);
  return column;
}

inline Column text_column(const std::vector<std::string>& texts) {
  return text_column(std::vector<std::string_view>(texts.begin(), texts.end()));
}

inline Column integer_column(std::vector<int64_t> values) {
  Column column;
  column.type = ColumnType::integer;
  column.rows = values.size();
  column.integers = std::move(values);
  return column;
}

// NaN is a missing value.
inline Column number_column(std::vector<double> values) {
  Column column;
  column.type = ColumnType::number;
  column.rows = values.size();
  column.numbers = std::move(values);
  return column;
}

inline Column list_column(Column elements, std::vector<uint32_t> offsets) {
  Column column;
  column.type = ColumnType::list;
  column.rows = offsets.size() - 1;
  column.offsets = std::move(offsets);
  column.elements = std::make_shared<Column>(std::move(elements));
  return column;
}

// The value that TOML would yield, with every part at `line`.
inline Value to_value(const nlohmann::json& json, int line = 0) {
  if (json.is_boolean()) return Value(json.get<bool>(), line);
  if (json.is_number_integer()) return Value(json.get<int64_t>(), line);
  if (json.is_number()) return Value(json.get<double>(), line);
  if (json.is_string()) return Value(json.get<std::string>(), line);
  if (json.is_array()) {
    Value::Array array;
    for (const auto& element : json) array.push_back(to_value(element, line));
    return Value(std::move(array), line);
  }
  Value::Table table;
  for (const auto& [key, element] : json.items()) table.emplace_back(key, to_value(element, line));
  return Value(std::move(table), line);
}

inline FeatureConfig config(const std::string& kind, nlohmann::json settings = nlohmann::json::object(),
                            const std::string& name = "x") {
  settings["kind"] = kind;
  return read_feature(name, to_value(settings, 7), Where{"a.toml", "features." + name});
}

inline std::unique_ptr<const Feature> fit(const std::string& kind, const Column& column,
                                          nlohmann::json settings = nlohmann::json::object()) {
  auto fit = config(kind, std::move(settings)).settings->make_fit();
  fit->observe(column, std::vector<uint32_t>(column.rows, 1));
  return fit->finish();
}

using Bags = std::vector<std::vector<int32_t>>;

inline Bags bags(const Feature& feature, const Column& column, uint64_t* unseen = nullptr) {
  EncodedColumn out;
  feature.encode(column, out, unseen);
  Bags rows;
  for (size_t row = 0; row < column.rows; ++row) rows.emplace_back(out.bag(row).begin(), out.bag(row).end());
  return rows;
}

inline std::vector<float> numbers(const Feature& feature, const Column& column) {
  EncodedColumn out;
  feature.encode(column, out);
  return out.values;
}

inline std::vector<std::string> tokens(const Feature& feature) {
  std::vector<std::string> all;
  for (int32_t id = 0; id < feature.id_count(); ++id) all.push_back(feature.token(id));
  return all;
}

// The message of the error that `call` throws; "" if it does not throw.
template <typename F>
std::string message_of(F&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace shortlist::testing
