// A config: the data, the features, the model and its training, as one TOML file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/config/data_config.h"
#include "shortlist/config/model_config.h"
#include "shortlist/config/recommend_config.h"
#include "shortlist/config/tower_config.h"
#include "shortlist/config/training_config.h"
#include "shortlist/features/feature_config.h"

namespace shortlist {

struct Config {
  DataConfig data;
  std::optional<SideTableConfig> users;  // a table joined to the rows of `data`
  std::vector<FeatureConfig> features;   // in the order of the file
  ModelConfig model;
  QueryConfig query;
  ItemsConfig items;
  std::optional<RetrievalConfig> retrieval;
  std::vector<RankingConfig> ranking;
  std::optional<ExpertsConfig> experts;
  TrainingConfig training;
  RecommendConfig recommend;
  std::string file;  // for messages; not a setting
  Value written;     // as read, with --set applied

  const FeatureConfig& feature(std::string_view name) const;
  // The time format of a column, as far as the time feature that reads it declares one.
  TimeForm declared_times(std::string_view column) const;
  // The declared form of an attribute, from its own settings or from a feature of its column.
  AttributeForm attribute_form(const AttributeConfig& attribute) const;
  // Whether the model has towers, to retrieve with or to rank the candidates of another retriever.
  bool has_towers() const { return model.retrieves_by_towers() || !ranking.empty(); }
};

}  // namespace shortlist
