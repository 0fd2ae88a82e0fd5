#include "shortlist/config/config_toml.h"

#include <fmt/format.h>

#include "shortlist/io/toml.h"

namespace shortlist {
namespace {

std::string sections_to_toml(const Value::Table& sections) {
  std::string out;
  const auto write_table = [&](const std::string& header, const Value& table) {
    out += header + "\n";
    for (const auto& [key, entry] : *table.table())
      out += fmt::format("{} = {}\n", to_toml_key(key), to_toml(entry));
    out += "\n";
  };
  for (const auto& [section, value] : sections) {
    if (const Value::Array* array = value.array()) {
      for (const Value& table : *array) write_table("[[" + section + "]]", table);
    } else {
      write_table("[" + section + "]", value);
    }
  }
  return out;
}

Value write_model(const ModelConfig& model) {
  Value::Table section = {{"kind", Value(model.kind)}};
  for (const auto& setting : *model.settings.table()) section.push_back(setting);
  return Value(std::move(section));
}

}  // namespace

std::string config_to_toml(const Config& config) { return sections_to_toml(*config.written.table()); }

std::string full_config_to_toml(const Config& config) {
  Value::Table features;
  for (const FeatureConfig& feature : config.features)
    features.emplace_back(feature.name, write_feature(feature));
  Value::Table sections = {{"data", write_fields(config.data)}};
  if (config.users) sections.emplace_back("users", write_fields(*config.users));
  sections.emplace_back("features", Value(std::move(features)));
  sections.emplace_back("model", write_model(config.model));
  sections.emplace_back("query", write_fields(config.query));
  sections.emplace_back("items", write_fields(config.items));
  if (config.retrieval) sections.emplace_back("retrieval", write_fields(*config.retrieval));
  if (!config.ranking.empty()) sections.emplace_back("ranking", write_value(config.ranking));
  sections.emplace_back("training", write_fields(config.training));
  sections.emplace_back("recommend", write_fields(config.recommend));
  return sections_to_toml(sections);
}

}  // namespace shortlist
