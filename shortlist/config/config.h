// What a person writes: the data, the features, the model and its training, as one TOML file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/config/data_config.h"
#include "shortlist/config/model_config.h"
#include "shortlist/config/recommend_config.h"
#include "shortlist/config/training_config.h"
#include "shortlist/features/feature_config.h"

namespace shortlist {

struct Config {
  DataConfig data;
  std::optional<SideTableConfig> items, users;  // tables that are joined to the rows of `data`
  std::vector<FeatureConfig> features;          // in the order of the file
  ModelConfig model;
  QueryConfig query;
  CandidateConfig candidate;
  std::optional<RetrievalConfig> retrieval;
  std::vector<RankingConfig> ranking;
  TrainingConfig training;
  RecommendConfig recommend;
  std::string file;  // for messages; not a setting
  Value written;     // as it was read, after --set

  const FeatureConfig& feature(std::string_view name) const;
  // How a column writes its times, as far as the time feature that reads it declares that.
  TimeForm declared_times(std::string_view column) const;
  // What is declared of an attribute, by itself or by a feature of its column.
  AttributeForm attribute_form(const AttributeConfig& attribute) const;
  // Whether the model has towers: to retrieve with, or to rank what another kind retrieves.
  bool has_towers() const { return model.is_two_tower() || !ranking.empty(); }
  // The config of the tasks that the towers learn: without [retrieval] where another kind retrieves.
  Config of_towers() const;
  // Whether data.user is a column of the query, so that a query tells its user.
  bool query_tells_user() const;
  // The figure that `monitor` names: kServedMonitor is resolved.
  std::string monitored_metric(const std::string& monitor) const;
};

}  // namespace shortlist
