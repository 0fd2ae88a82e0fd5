#include "shortlist/config/resolve.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "shortlist/config/config_hash.h"
#include "shortlist/features/categories.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/features/history.h"

namespace shortlist {
namespace {

// Collects columns in the order of their first use. A table may have thousands.
class Columns {
 public:
  void add(ColumnSpec use) {
    if (use.name.empty()) return;
    const auto [at, fresh] = places_.emplace(use.name, columns.size());
    if (fresh) return columns.push_back(std::move(use));
    ColumnSpec& column = columns[at->second];
    column.read = column.read | use.read;
    column.compared |= use.compared;
    column.query |= use.query;
    column.candidate |= use.candidate;
    column.needed_for = std::min(column.needed_for, use.needed_for);
  }

  std::vector<ColumnSpec> columns;

 private:
  std::unordered_map<std::string, size_t> places_;
};

// Adds the columns of a feature, which is one of the query or of the candidate.
void add_feature(Columns& all, const FeatureConfig& feature, bool query) {
  const bool is_text = feature.settings->kind() == "text";
  for (const ColumnRequest& column : columns_of(feature))
    all.add({.name = column.name,
             .read = column.as,
             .compared = !is_text && includes(column.as, ReadAs::text),
             .query = query,
             .candidate = !query});
}

std::vector<ColumnSpec> resolve_columns(const Config& config, const DataSpec& spec) {
  Columns all;
  for (const std::string& name : spec.query) add_feature(all, config.feature(name), true);
  for (const std::string& name : spec.candidate) add_feature(all, config.feature(name), false);
  all.add({.name = spec.id, .read = ReadAs::text, .compared = true});
  for (const AttributeForm& attribute : spec.attributes)
    all.add({.name = attribute.name, .read = ReadAs::text, .candidate = true});
  for (const LabelSpec& label : spec.labels)
    all.add({.name = label.column, .read = ReadAs::number, .needed_for = NeededFor::labels});
  all.add({.name = spec.weight, .read = ReadAs::number});
  all.add({.name = spec.positives, .read = ReadAs::number, .needed_for = NeededFor::labels});
  all.add({.name = spec.user, .read = ReadAs::text, .compared = true});
  if (spec.group && *spec.group != spec.user)
    all.add({.name = *spec.group, .read = ReadAs::text, .compared = true, .needed_for = NeededFor::labels});
  all.add({.name = spec.time, .read = ReadAs::time, .needed_for = NeededFor::split});
  if (spec.split.by == SplitBy::column)
    all.add({.name = spec.split.column, .read = ReadAs::text, .needed_for = NeededFor::split});
  if (spec.split.needs_user())
    all.add(
        {.name = spec.split.user, .read = ReadAs::text, .compared = true, .needed_for = NeededFor::split});
  if (spec.split.has_times())
    all.add({.name = spec.split.column, .read = ReadAs::time, .needed_for = NeededFor::split});
  return std::move(all.columns);
}

// The features that the towers use, each once, without histories.
std::vector<FeatureConfig> used_features(const Config& config) {
  std::vector<FeatureConfig> features;
  std::unordered_set<std::string> names;
  for (const auto& tower : {config.query.all_features(), config.items.all_features()}) {
    for (const std::string& name : tower)
      if (history_of(*config.feature(name).settings) == nullptr && names.insert(name).second)
        features.push_back(config.feature(name));
  }
  return features;
}

// Divides the features of the query into those of its columns and its histories.
void resolve_query(const Config& config, DataSpec& spec) {
  const std::vector<std::string> names = config.query.all_features();
  for (size_t i = 0; i < names.size(); ++i) {
    const FeatureConfig& feature = config.feature(names[i]);
    if (const HistorySettings* history = history_of(*feature.settings)) {
      spec.histories.push_back({feature.name, feature.column, *history, i});
    } else {
      spec.query.push_back(feature.name);
    }
  }
}

// The column that orders the rows of a user, if a part of the model needs that.
void resolve_time(const Config& config, DataSpec& spec) {
  const bool by_time = spec.split.has_times();
  const TimeConfig& time = config.data.time;
  spec.time = !time.column.empty() ? time.column : by_time ? spec.split.column : "";
  spec.time_form = {time.unit, time.format};
  if (time.unit || time.format) return;
  spec.time_form = by_time && spec.time == spec.split.column ? TimeForm{spec.split.unit, spec.split.format}
                                                             : config.declared_times(spec.time);
}

// Adds the unit and format that a time feature of the column declares, if the split declares none.
SplitConfig resolve_split(const Config& config) {
  SplitConfig split = config.data.split;
  if (split.user.empty() && split.needs_user()) split.user = config.data.user;
  if (split.has_times() && !split.unit && !split.format) {
    const TimeForm declared = config.declared_times(split.column);
    split.unit = declared.unit, split.format = declared.format;
  }
  return split;
}

std::optional<SideTableSpec> resolve_side(const SideTableConfig& table) {
  if (!table.has_table()) return std::nullopt;
  return SideTableSpec{.source = table.source(), .key = table.key};
}

// Whether data.user is a column of the query, so that a query identifies its user. A query with a history may
// give the user, whose history is then known.
bool query_has_user(const Config& config) {
  return !config.data.user.empty() &&
         std::ranges::any_of(config.query.all_features(), [&](const std::string& name) {
           const FeatureConfig& feature = config.feature(name);
           const bool reads_user = std::ranges::any_of(
               columns_of(feature), [&](const ColumnRequest& c) { return c.name == config.data.user; });
           return reads_user || history_of(*feature.settings) != nullptr;
         });
}

// The column that a kind of model without towers learns from, "" if it is not that of a ranking.
std::string label_of_kind(const Config& config) {
  const Value* label = config.model.settings.find("label");
  const Value* members = config.model.kind == kBlend ? config.model.settings.find("members") : nullptr;
  for (const Value& member :
       members != nullptr && members->array() != nullptr ? *members->array() : Value::Array())
    if (label == nullptr) label = member.find("label");
  const std::string* column = label == nullptr ? nullptr : label->text();
  if (column == nullptr || (!config.ranking.empty() && config.ranking[0].label == *column)) return "";
  if (!config.ranking.empty())
    throw config.model.where.below("label").error(
        *label, fmt::format("is '{}', but the first [[ranking]] has the label '{}', need the same", *column,
                            config.ranking[0].label));
  return *column;
}

// The column in which the rankings' groups are, which is the same for all of them.
std::optional<std::string> group_of(const Config& config) {
  std::optional<std::string> group;
  for (const RankingConfig& ranking : config.ranking)
    if (ranking.has_groups()) group = ranking.group.empty() ? config.data.user : ranking.group;
  return group;
}

}  // namespace

DataSpec resolve_data(const Config& config) {
  DataSpec spec{.items = resolve_side(config.items),
                .users = config.users ? resolve_side(*config.users) : std::nullopt,
                .features = used_features(config),
                .candidate = config.items.all_features(),
                .id = config.items.id,
                .user = config.data.user,
                .weight = config.data.weight,
                .positives = config.retrieval ? config.retrieval->positives : "",
                .group = group_of(config),
                .query_has_user = query_has_user(config),
                .needs_labels = !config.retrieval,
                .counts_shares = config.retrieval && config.retrieval->sampling_correction,
                .split = resolve_split(config),
                .fit_on = config.data.fit_features_on,
                .refit = config.training.refit};
  for (const AttributeConfig& attribute : config.items.attributes)
    spec.attributes.push_back(config.attribute_form(attribute));
  if (const std::string label = label_of_kind(config); !label.empty())
    spec.labels.push_back({.column = label});
  for (const RankingConfig& ranking : config.ranking)
    spec.labels.push_back(
        {.column = ranking.label, .loss = ranking.loss, .standardized = ranking.standardizes()});
  resolve_query(config, spec);
  resolve_time(config, spec);
  spec.columns = resolve_columns(config, spec);
  return spec;
}

TrainSpec resolve_training(const Config& config) {
  TrainSpec spec{.settings = config.training, .ranking = config.ranking, .hash = config_hash(config)};
  spec.drops_seen = config.recommend.seen == SeenPolicy::drop;
  if (!config.retrieval) return spec;
  spec.index = config.retrieval->index;
  spec.hnsw = config.retrieval->hnsw;
  if (!config.model.retrieves_by_towers()) return spec;
  spec.retrieval = config.retrieval;
  if (!query_has_user(config)) return spec;
  const int k = std::ranges::min(config.retrieval->top_k, {}, [](int k) { return std::abs(k - 10); });
  spec.served_metric =
      fmt::format("{}ndcg@{}", config.recommend.seen == SeenPolicy::drop ? "unseen_" : "", k);
  return spec;
}

AnswerSpec resolve_answers(const Config& config) {
  AnswerSpec spec{.kind = config.model.kind,
                  .query = config.query.all_features(),
                  .candidate = config.items.all_features(),
                  .user = config.data.user,
                  .query_has_user = query_has_user(config),
                  .display = config.items.display,
                  .display_image = config.items.display_image,
                  .lists = config.recommend};
  for (const RankingConfig& ranking : config.ranking)
    spec.labels.push_back({.name = ranking.label, .prediction = ranking.loss.prediction()});
  for (const FeatureConfig& feature : config.features) {
    const auto* list = dynamic_cast<const SettingsOf<CategoriesSettings>*>(feature.settings.get());
    if (list != nullptr) spec.separators.emplace(feature.column, list->settings().separator);
  }
  return spec;
}

}  // namespace shortlist
