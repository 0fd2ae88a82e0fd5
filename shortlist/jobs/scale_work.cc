#include "shortlist/jobs/scale_work.h"

#include <algorithm>
#include <set>

#include "shortlist/config/build.h"

namespace shortlist {
namespace {

double growth(const SampledRows& rows, const ScaleSample& sample, double users, double items) {
  double factor = 1;
  if (rows.grow_with(GrowsWith::users) && sample.users > 0) factor = std::max(factor, users / sample.users);
  if (rows.grow_with(GrowsWith::items) && sample.items > 0) factor = std::max(factor, items / sample.items);
  return factor;
}

std::vector<FeatureShape> scaled_shapes(const SampledRows& rows, const ScaleSample& sample,
                                        const ScaleQuestion& question, const ScaledCounts& counts) {
  std::vector<FeatureShape> shapes;
  for (const SampledFeature& feature : rows.features) {
    double ids = feature.ids;
    if (feature.grows == GrowsWith::users) ids += counts.users - sample.users;
    if (feature.grows == GrowsWith::items) ids += counts.items - sample.items;
    if (const auto given = question.ids.find(feature.name); given != question.ids.end()) ids = given->second;
    if (ids > kMostIds)
      throw usage_error(
          "the feature '{}' would have {:.0f} ids, but a feature may have {}; use a hashed feature",
          feature.name, ids, kMostIds);
    shapes.push_back({static_cast<int32_t>(feature.ids == 0 ? 0 : std::max(1.0, ids)), feature.width});
  }
  return shapes;
}

// Rows of a set in a batch.
double rows_of(const ModelSpec& spec, int set, const ScaleSample& sample, const ScaledCounts& counts) {
  if (set == kQueryRows) return counts.batch_queries;
  if (set == kCandidateRows) return counts.batch_candidates;
  for (const HistorySet& history : spec.histories) {
    if (set == history.sequences) return counts.batch_queries;
    if (set == history.events)
      return counts.batch_queries * sample.queries.features[static_cast<size_t>(history.feature)].bag;
  }
  for (const SlotSet& slots : spec.slots)
    if (set == slots.row_set) return counts.batch * slots.slots;
  return counts.batch;  // pairs rarely repeat
}

double bag_of(const Node& node, const ScaleSample& sample) {
  if (node.feature < 0) return 1;
  const SampledRows& rows = node.row_set == kQueryRows ? sample.queries : sample.candidates;
  const auto at = static_cast<size_t>(node.feature);
  return at < rows.features.size() ? rows.features[at].bag : 1;
}

}  // namespace

ScaledCounts scaled_counts(const Config& config, const ScaleSample& sample, const ScaleQuestion& question) {
  ScaledCounts counts;
  counts.rows = question.rows > 0 ? question.rows : sample.rows;
  const double factor = counts.rows / std::max(1.0, sample.rows);
  counts.items = question.items > 0 ? question.items : sample.items;
  counts.users = question.users > 0 ? question.users : sample.users * std::max(1.0, factor);
  counts.train = sample.train * factor;
  counts.validation = sample.validation * factor;
  counts.test = sample.test * factor;
  const double query_growth = growth(sample.queries, sample, counts.users, counts.items);
  const double candidate_growth = growth(sample.candidates, sample, counts.users, counts.items);
  counts.queries = std::min(counts.rows, sample.queries.distinct * query_growth);
  counts.candidates = sample.candidates.distinct * candidate_growth;
  counts.batch = std::min(static_cast<double>(config.training.batch), std::max(1.0, counts.train));
  counts.batch_queries = distinct_in_batch(sample.queries.draws * query_growth, counts.batch);
  counts.batch_candidates = distinct_in_batch(sample.candidates.draws * candidate_growth, counts.batch);
  return counts;
}

ModelSpec scaled_model(const Config& config, const ScaleSample& sample, const ScaleQuestion& question,
                       const ScaledCounts& counts) {
  for (const auto& [name, ids] : question.ids) config.feature(name);
  return build_model(config, scaled_shapes(sample.queries, sample, question, counts),
                     scaled_shapes(sample.candidates, sample, question, counts));
}

StepWork step_work(const Config& config, const ScaleSample& sample, const ModelSpec& spec,
                   const ScaledCounts& counts) {
  constexpr double kPasses = 3;  // forward, and the gradients of inputs and of parameters
  StepWork work;
  std::set<std::string> shared;
  for (const Node& node : spec.nodes) {
    const double rows = rows_of(spec, node.row_set, sample, counts);
    const LayerPlan plan = node.layer->plan(spec.widths(node.inputs));
    double products = static_cast<double>(plan.multiply_adds);
    for (const ParameterSpec& parameter : plan.parameters) {
      const double values = static_cast<double>(parameter.rows) * static_cast<double>(parameter.cols);
      if (parameter.packed) products += values;
      if (!parameter.shared.empty() && !shared.insert(parameter.shared).second) continue;
      (parameter.table ? work.table_values : work.dense_values) += values;
      if (parameter.table)
        work.touched_values += std::min(static_cast<double>(parameter.rows), rows * bag_of(node, sample)) *
                               static_cast<double>(parameter.cols);
    }
    work.operations += 2 * kPasses * products * rows;
    work.activation_values += rows * node.width;
    if (products == 0) work.bytes += 4 * kPasses * rows * node.width * std::max(1.0, bag_of(node, sample));
  }
  if (config.retrieval && spec.query >= 0) {
    work.width = spec.at(spec.query).width;
    work.softmax_pairs = counts.batch_queries * counts.batch_candidates;
    work.operations += 2 * kPasses * work.softmax_pairs * work.width;
  }
  return work;
}

}  // namespace shortlist
