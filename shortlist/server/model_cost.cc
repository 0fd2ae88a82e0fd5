#include "shortlist/server/model_cost.h"

#include <algorithm>

#include "shortlist/bundle/bundle.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/features/history.h"

namespace shortlist {
namespace {

// Operations per text that is compared, parsed or looked up.
constexpr double kText = 50;
// Steps that integrated gradients usually need per item. Each is a forward and a backward pass.
constexpr double kGradientSteps = 64 + 256, kPasses = 3;

// The longest history that each feature of the query reads; 0 for other features.
std::vector<double> history_lengths(const Bundle& bundle) {
  const FeatureMap features = bundle.features.select(bundle.spec.query);
  std::vector<double> lengths;
  for (size_t i = 0; i < features.size(); ++i) {
    const auto* history = dynamic_cast<const HistoryFeature*>(features[i].feature.get());
    lengths.push_back(history == nullptr ? 0 : history->settings().length);
  }
  return lengths;
}

// Multiply-adds per row in the layers of a part of the model. Inputs, which look up table rows, count by
// their width, and those of a history by the width of all its items.
double row_operations(const Towers& towers, int row_set, const std::vector<double>& lengths) {
  double operations = 0;
  for (size_t i = 0; i < towers.spec.nodes.size(); ++i) {
    const Node& node = towers.spec.nodes[i];
    if (node.row_set != row_set) continue;
    const bool is_bag = row_set == kQueryRows && node.feature >= 0 && node.inputs.empty();
    const double items = is_bag ? lengths[static_cast<size_t>(node.feature)] : 0;
    operations += node.width * std::max(1.0, items);
    if (node.feature >= 0) continue;
    for (const ParameterState* parameter : towers.parameters->of(i))
      operations += static_cast<double>(parameter->value.rows * parameter->value.cols);
  }
  return operations;
}

// The same for a query: its own row, and the rows of the histories that layers run along.
double query_operations(const Towers& towers, const std::vector<double>& lengths) {
  double operations = row_operations(towers, kQueryRows, lengths);
  for (const HistorySet& history : towers.spec.histories) {
    const double length = lengths[static_cast<size_t>(history.feature)];
    operations += length * row_operations(towers, history.events, lengths);
    operations += row_operations(towers, history.sequences, lengths);
  }
  return operations;
}

bool is_additive(const ModelSpec& spec) {
  return std::ranges::all_of(spec.nodes, [](const Node& node) {
    return node.row_set != kQueryRows || node.feature >= 0 || node.layer->traits().affine;
  });
}

// Mean size of an item's id and display text in JSON.
double mean_name_bytes(const Recommender& recommender) {
  const auto items = static_cast<uint32_t>(recommender.item_count());
  double texts = 0;
  for (uint32_t item = 0; item < items; ++item) {
    texts += static_cast<double>(recommender.item_id(item).size());
    if (const auto display = recommender.display())
      texts += static_cast<double>(recommender.attribute(*display, item).size()) + 13;
  }
  return 10 + texts / std::max(1u, items);
}

// Mean size of an item's JSON: id, attributes, and numbers.
double mean_item_bytes(const Items& items, size_t labels) {
  double texts = 0, fixed = 64;
  for (const std::string& id : items.ids) texts += static_cast<double>(id.size());
  for (const Attribute& attribute : items.attributes) {
    for (const AttributeValue& value : attribute.values)
      texts += static_cast<double>(text_of(attribute, value).size());
    fixed += static_cast<double>(attribute.name.size()) + 6;
  }
  return fixed + 24 * static_cast<double>(labels) +
         texts / static_cast<double>(std::max<size_t>(1, items.ids.size()));
}

}  // namespace

ModelCost::ModelCost(const Recommender& recommender) {
  const Bundle& bundle = recommender.bundle();
  const size_t labels = recommender.labels().size();
  const auto features = static_cast<double>(bundle.spec.query.size());
  retrieves_ = recommender.has_retrieval();
  const bool retrieves_by_towers = bundle.retriever->scores_by_towers();
  items_ = static_cast<double>(bundle.items.ids.size());
  attributes_ = static_cast<double>(bundle.items.attributes.size());
  ratings_ = static_cast<double>(bundle.ratings.items.size());
  search_ = bundle.retriever->operations();
  const ConstMatrix vectors = bundle.item_vectors();
  compared_ = static_cast<double>(vectors.rows * vectors.cols);
  pair_ = 1;
  double walk = 0, width = 0;
  const std::vector<double> lengths = history_lengths(bundle);
  if (bundle.towers != nullptr) {
    tower_ = query_operations(*bundle.towers, lengths);
    width = static_cast<double>(bundle.towers->query_width());
    if (labels > 0) pair_ = row_operations(*bundle.towers, kPairRows, lengths);
    for (const SlotSet& slots : bundle.towers->spec.slots)
      pair_ += slots.slots * row_operations(*bundle.towers, slots.row_set, lengths);
    // The steps begin at the features' vectors.
    if (!is_additive(bundle.towers->spec))
      walk = kGradientSteps * kPasses *
             row_operations(*bundle.towers, kQueryRows, std::vector<double>(lengths.size()));
  }
  explained_item_ = (features + 1) * pair_ + walk;
  item_bytes_ = mean_item_bytes(bundle.items, labels);
  explanation_bytes_ = 60;
  for (const std::string& name : bundle.spec.query)
    explanation_bytes_ += 60 + 2 * static_cast<double>(name.size()) + 24 * static_cast<double>(labels);
  for (double length : lengths) {
    if (length == 0) continue;
    const double named = std::min(length, static_cast<double>(kHistoryShares));
    explained_query_ += (length + 1) * tower_;
    // Without scores, the predictions decide which items are named.
    explained_item_ += length * width + (retrieves_by_towers ? named + 1 : length + named + 2) * pair_;
    explanation_bytes_ += 13 + named * (mean_name_bytes(recommender) + 45 + 40 * static_cast<double>(labels));
  }
}

size_t ModelCost::items_of(int k) const {
  return std::min(static_cast<size_t>(std::max(k, 0)), static_cast<size_t>(items_));
}

double ModelCost::recommend(size_t queries, const RecommendOptions& options) const {
  const double ranked = retrieves_ ? std::min(items_, static_cast<double>(options.candidates())) : items_;
  return filter(options) +
         static_cast<double>(queries) * (tower_ + (retrieves_ ? search_ : 0) + ranked * pair_);
}

double ModelCost::filter(const RecommendOptions& options) const {
  double operations = static_cast<double>(options.exclude.size()) * kText;
  if (options.allow) operations += static_cast<double>(options.allow->size()) * kText;
  for (const Condition& condition : options.where) {
    const bool looks_up =
        condition.comparison == Comparison::equal || condition.comparison == Comparison::not_equal;
    const auto values = static_cast<double>(condition.values.size());
    operations += items_ + (looks_up ? kText * values : kText * values * items_);
  }
  return operations;
}

double ModelCost::explain(size_t queries, size_t items) const {
  return static_cast<double>(queries) * (explained_query_ + static_cast<double>(items) * explained_item_);
}

double ModelCost::similar(size_t items) const {
  return static_cast<double>(items) * (compared_ + kText * items_ * (1 + attributes_) + ratings_);
}

double ModelCost::answer_bytes(size_t queries, size_t items, bool explained) const {
  return static_cast<double>(queries) * static_cast<double>(items) *
         (item_bytes_ + (explained ? explanation_bytes_ : 0));
}

}  // namespace shortlist
