#include "shortlist/config/read_ages.h"

#include <fmt/format.h>

#include <algorithm>

#include "shortlist/config/config_check.h"

namespace shortlist {
namespace {

constexpr std::string_view kAt = "/at";

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

const AgeSettings* settings_of(const FeatureConfig& feature) {
  const auto* age = dynamic_cast<const SettingsOf<AgeSettings>*>(feature.settings.get());
  return age == nullptr ? nullptr : &age->settings();
}

// The query's part of an age, whose column has the time of each row.
FeatureConfig query_part(const Config& config, const FeatureConfig& feature) {
  AgeSettings settings = *settings_of(feature);
  const TimeConfig& time = config.data.time;
  const std::string column = settings.at ? *settings.at : time.column;
  require(!column.empty(), config, "features." + feature.name,
          "needs at = \"COLUMN\", the time of each row, or data.time");
  settings.unit = settings.at_unit, settings.format = settings.at_format;
  if (!settings.unit && !settings.format) {
    const bool is_time = column == time.column && (time.unit || time.format);
    const TimeForm declared = is_time ? TimeForm{time.unit, time.format} : config.declared_times(column);
    settings.unit = declared.unit, settings.format = declared.format;
  }
  return {at_of_age(feature.name), column, std::make_shared<SettingsOf<AgeSettings>>(settings), Value()};
}

}  // namespace

std::string at_of_age(std::string_view age) { return std::string(age).append(kAt); }

std::string item_of_age(std::string_view name) {
  return name.ends_with(kAt) ? std::string(name.substr(0, name.size() - kAt.size())) : "";
}

const AgeSettings* age_of(const Config& config, const std::string& name) {
  const auto found = std::ranges::find(config.features, name, &FeatureConfig::name);
  return found == config.features.end() ? nullptr : settings_of(*found);
}

void complete_ages(Config& config) {
  std::vector<FeatureConfig> parts;
  for (const FeatureConfig& feature : config.features) {
    if (settings_of(feature) == nullptr) continue;
    const std::string path = "features." + feature.name;
    for (const auto* names : {&config.query.features, &config.query.ranking_features, &config.items.features})
      require(!has(*names, feature.name), config, path,
              "the age of an item depends on the time of the row, so neither a query nor an item has it, and "
              "item vectors cannot contain it: list it in items.ranking_features, which only rankings read");
    if (!has(config.items.ranking_features, feature.name)) continue;
    require(!config.ranking.empty(), config, path, "an age needs a [[ranking]] that reads it");
    parts.push_back(query_part(config, feature));
  }
  for (FeatureConfig& part : parts) {
    config.query.ranking_features.push_back(part.name);
    config.features.push_back(std::move(part));
  }
}

}  // namespace shortlist
