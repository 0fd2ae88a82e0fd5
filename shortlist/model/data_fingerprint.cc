#include "shortlist/model/data_fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "shortlist/io/sha256.h"

namespace shortlist {
namespace {

// Hashes the length too, so that the boundary between two texts counts.
void add_text(Sha256& hash, std::string_view text) {
  const uint64_t length = text.size();
  hash.add(Bytes(reinterpret_cast<const std::byte*>(&length), sizeof length));
  hash.add(text);
}

void add_value(Sha256& hash, const CodedColumn& column, uint32_t code) {
  const Column& values = column.values;
  const bool missing = values.is_missing(code);
  add_text(hash, missing ? "missing" : "value");
  if (missing) return;
  // A list's text does not show where an element ends.
  if (values.type == ColumnType::list && values.elements->type == ColumnType::text) {
    for (uint32_t e = values.offsets[code]; e < values.offsets[code + 1]; ++e)
      add_text(hash, values.elements->texts[e]);
  }
  add_text(hash, column.text(code));
}

}  // namespace

std::string column_fingerprint(const CodedColumn& column, size_t rows) {
  const std::span<const uint32_t> codes = std::span(column.codes).first(rows);
  // Values that occur only in later rows come after the others.
  const size_t distinct = rows == column.codes.size() ? column.distinct()
                          : rows == 0                 ? 0
                                                      : size_t{std::ranges::max(codes)} + 1;
  Sha256 hash;
  for (uint32_t code = 0; code < distinct; ++code) add_value(hash, column, code);
  hash.add(Bytes(reinterpret_cast<const std::byte*>(codes.data()), codes.size_bytes()));
  return hash.hex();
}

std::string table_difference(const DataFingerprint& then, const DataFingerprint& now) {
  if (then.rows != now.rows) return fmt::format("the table had {} rows, now it has {}", then.rows, now.rows);
  for (const auto& [name, fingerprint] : now.columns) {
    const auto before = std::ranges::find(then.columns, name, &std::pair<std::string, std::string>::first);
    if (before != then.columns.end() && before->second != fingerprint)
      return fmt::format("column '{}' has different values", name);
  }
  return "";
}

std::string split_difference(const DataFingerprint& then, const DataFingerprint& now) {
  const auto sizes = [](const DataFingerprint& of) {
    return fmt::format("{} train, {} validation and {} test rows", of.train, of.validation, of.test);
  };
  if (sizes(then) != sizes(now))
    return fmt::format("the split had {}, now it has {}", sizes(then), sizes(now));
  return then.split == now.split ? "" : "the split assigns rows differently to train, validation and test";
}

std::string side_table_difference(const DataFingerprint& then, const DataFingerprint& now) {
  for (const auto& [name, fingerprint] : now.side_tables) {
    const auto before =
        std::ranges::find(then.side_tables, name, &std::pair<std::string, std::string>::first);
    if (before == then.side_tables.end() || before->second != fingerprint)
      return fmt::format("the table of {} has different rows or values", name);
  }
  return "";
}

std::string features_difference(const DataFingerprint& then, const DataFingerprint& now) {
  return then.features == now.features ? ""
                                       : "the fitted features (vocabularies, edges or means) are different";
}

nlohmann::json to_json(const DataFingerprint& fingerprint) {
  nlohmann::json columns = nlohmann::json::array();
  for (const auto& [name, sha256] : fingerprint.columns)
    columns.push_back({{"name", name}, {"sha256", sha256}});
  nlohmann::json json = {{"rows", fingerprint.rows},        {"columns", columns},
                         {"train", fingerprint.train},      {"validation", fingerprint.validation},
                         {"test", fingerprint.test},        {"split", fingerprint.split},
                         {"features", fingerprint.features}};
  for (const auto& [name, sha256] : fingerprint.side_tables) json["side_tables"][name] = sha256;
  return json;
}

DataFingerprint fingerprint_from_json(const nlohmann::json& json) {
  DataFingerprint fingerprint{.rows = json.at("rows"),
                              .train = json.at("train"),
                              .validation = json.at("validation"),
                              .test = json.at("test"),
                              .split = json.at("split"),
                              .features = json.at("features"),
                              .side_tables = {}};
  for (const nlohmann::json& column : json.at("columns"))
    fingerprint.columns.emplace_back(column.at("name"), column.at("sha256"));
  if (json.contains("side_tables")) {
    for (const auto& [name, sha256] : json.at("side_tables").items())
      fingerprint.side_tables.emplace_back(name, sha256);
  }
  return fingerprint;
}

}  // namespace shortlist
