#include "shortlist/config/config_toml.h"

#include <fmt/format.h>

#include <algorithm>

#include "shortlist/config/config_sections.h"
#include "shortlist/config/read_model_kind.h"
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

template <typename Section>
Value write_section(const Section& section) {
  return write_value(section);
}
Value write_section(const std::vector<RankingConfig>& ranking) {
  return ranking.empty() ? Value() : write_value(ranking);
}
Value write_section(const std::vector<FeatureConfig>& features) {
  Value::Table section;
  for (const FeatureConfig& feature : features) section.emplace_back(feature.name, write_feature(feature));
  return Value(std::move(section));
}
Value write_section(const ModelConfig& model) {
  Value::Table section = {{"kind", Value(model.kind)}};
  for (const auto& setting : *model.settings.table()) section.push_back(setting);
  return Value(std::move(section));
}
// Without a table, its settings would describe nothing, and read_config() rejects them.
Value write_section(ItemsConfig items) {
  Value section = write_fields(items);
  if (items.has_table()) return section;
  const std::vector<std::string> of_table = field_names<SideTableConfig>(items);
  std::erase_if(*std::get_if<Value::Table>(&section.data), [&](const auto& setting) {
    return std::ranges::find(of_table, setting.first) != of_table.end();
  });
  return section;
}

}  // namespace

std::string config_to_toml(const Config& config) { return sections_to_toml(*config.written.table()); }

std::string full_config_to_toml(const Config& config) {
  Value::Table sections;
  const auto write = [&](const char* name, const auto& section, const char*) {
    Value value = write_section(section);
    if (auto* settings = std::get_if<Value::Table>(&value.data))
      std::erase_if(*settings,
                    [&](const auto& setting) { return needs_missing_towers(config, name, setting.first); });
    if (!value.is_null()) sections.emplace_back(name, std::move(value));
  };
  visit_sections(const_cast<Config&>(config), write);
  return sections_to_toml(sections);
}

}  // namespace shortlist
