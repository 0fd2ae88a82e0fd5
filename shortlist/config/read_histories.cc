#include "shortlist/config/read_histories.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/config/config_check.h"
#include "shortlist/features/hashed.h"
#include "shortlist/features/history.h"

namespace shortlist {
namespace {

// The feature of the items that a history reads by default, or "".
std::string id_feature(const Config& config) {
  for (const std::string& name : config.items.features) {
    const FeatureConfig& feature = config.feature(name);
    if (feature.column == config.items.id && feature.settings->kind() == "category") return name;
  }
  return "";
}

// Sets the default of `of`.
void complete_history(Config& config, FeatureConfig& feature) {
  const std::string path = "features." + feature.name;
  HistorySettings settings = *history_of(*feature.settings);
  require(!config.data.user.empty(), config, path,
          "a history needs data.user, the column that identifies the user");
  require(std::ranges::find(config.items.features, feature.name) == config.items.features.end(), config,
          "items.features",
          fmt::format("'{}' is a history of the user: list it in query.features", feature.name));
  if (settings.of.empty()) settings.of = id_feature(config);
  require(!settings.of.empty(), config, path,
          fmt::format("needs of = \"NAME\", a feature of the items, or a category feature of the column '{}'",
                      config.items.id));
  const auto& names = config.items.features;
  require(std::ranges::find(names, settings.of) != names.end(), config, path + ".of",
          fmt::format("'{}' is not a feature of the items: items.features has {}", settings.of,
                      fmt::join(names, ", ")));
  require(config.feature(settings.of).settings->yields_ids(), config, path + ".of",
          fmt::format("feature '{}' yields numbers, need one that yields ids", settings.of));
  require(columns_of(config.feature(settings.of)).size() == 1 &&
              hashes_of(*config.feature(settings.of).settings) == 1,
          config, path + ".of",
          fmt::format("feature '{}' has weights, several columns or several hashes, which a history cannot "
                      "read",
                      settings.of));
  feature.settings = std::make_shared<SettingsOf<HistorySettings>>(std::move(settings));
}

// The candidates' attention reads a history of the query.
void check_attention(const Config& config, size_t ranking) {
  const std::string path = fmt::format("ranking.{}.target_attention.history", ranking);
  const std::string& name = config.ranking[ranking].target_attention->history;
  std::vector<std::string> histories;
  for (const std::string& feature : config.query.all_features())
    if (history_of(*config.feature(feature).settings) != nullptr) histories.push_back(feature);
  require(!histories.empty(), config, path,
          "needs a feature with kind = \"history\" in query.features or query.ranking_features");
  require(std::ranges::find(histories, name) != histories.end(), config, path,
          fmt::format("got '{}', need a history of the query: {}", name, fmt::join(histories, ", ")));
}

}  // namespace

void complete_histories(Config& config) {
  for (FeatureConfig& feature : config.features)
    if (history_of(*feature.settings) != nullptr) complete_history(config, feature);
  for (size_t i = 0; i < config.ranking.size(); ++i)
    if (config.ranking[i].target_attention) check_attention(config, i);
}

}  // namespace shortlist
