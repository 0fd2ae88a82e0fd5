#include "shortlist/recommend/item_explainer.h"

#include <algorithm>

#include "shortlist/bundle/bundle.h"
#include "shortlist/model/history_rows.h"
#include "shortlist/recommend/session.h"

namespace shortlist {
namespace {

std::vector<int> query_feature_nodes(const ModelSpec& spec) {
  std::vector<int> nodes;
  for (size_t i = 0; i < spec.nodes.size(); ++i) {
    const Node& node = spec.nodes[i];
    if (node.row_set != kQueryRows || node.feature < 0) continue;
    nodes.resize(std::max(nodes.size(), static_cast<size_t>(node.feature) + 1));
    nodes[static_cast<size_t>(node.feature)] = static_cast<int>(i);
  }
  return nodes;
}

}  // namespace

ItemExplainer::ItemExplainer(const Bundle& bundle, const FeatureMap& query)
    : bundle_(bundle),
      features_(query),
      nodes_(query_feature_nodes(bundle.towers->spec)),
      entry_(bundle.towers->spec, *bundle.towers->parameters, {.outputs = nodes_}),
      explainer_(bundle.towers->spec, *bundle.towers->parameters) {}

std::vector<Explanation> ItemExplainer::explain(Session& session, const std::vector<Column>& query,
                                                const std::vector<uint32_t>& items,
                                                const Deadline& deadline) {
  deadline.check();
  explainer_.set_query(feature_vectors(query));
  std::vector<Explanation> explanations(items.size());
  for (Explanation& explanation : explanations) {
    explanation.method = enum_name(explainer_.method());
    for (size_t f = 0; f < features_.size(); ++f)
      explanation.features.push_back({features_[f].name, features_[f].column, 0, {}});
  }
  if (bundle_.retriever->scores_by_towers()) explain_scores(items, deadline, explanations);
  if (session.ranks()) explain_predictions(session, query, items, deadline, explanations);
  return explanations;
}

std::vector<std::vector<float>> ItemExplainer::feature_vectors(const std::vector<Column>& query) {
  EncodedRows encoded;
  features_.encode(query, encoded);
  const uint32_t first = 0;
  Batch batch = Batch::of(kQueryRows, encoded, {&first, 1});
  HistoryRows histories(bundle_.towers->spec, encoded);
  histories.add_to(batch);
  entry_.forward(pool_, batch);
  std::vector<std::vector<float>> vectors;
  for (int node : nodes_) {
    const auto row = entry_.output(node).row_span(0);
    vectors.emplace_back(row.begin(), row.end());
  }
  return vectors;
}

void ItemExplainer::explain_scores(const std::vector<uint32_t>& items, const Deadline& deadline,
                                   std::vector<Explanation>& explanations) {
  std::vector<std::span<const float>> candidates;
  for (uint32_t item : items) candidates.push_back(bundle_.towers->item_vectors().row_span(item));
  const auto parts = explainer_.parts(candidates, deadline);
  for (size_t i = 0; i < items.size(); ++i) {
    explanations[i].constant = parts[i].constant;
    for (size_t f = 0; f < parts[i].features.size(); ++f)
      explanations[i].features[f].score = parts[i].features[f];
  }
}

void ItemExplainer::explain_predictions(Session& session, const std::vector<Column>& query,
                                        const std::vector<uint32_t>& items, const Deadline& deadline,
                                        std::vector<Explanation>& explanations) {
  const ConstMatrix without = explainer_.leave_each_out();
  const ConstMatrix with = session.embed(query, kQueryRows);
  Buffer memory(without.rows + 1, with.cols);
  const Matrix queries = memory.view(without.rows + 1, with.cols);
  std::copy_n(with.row(0), with.cols, queries.row(0));
  for (size_t f = 0; f < without.rows; ++f) std::copy_n(without.row(f), with.cols, queries.row(f + 1));
  std::vector<uint32_t> query_rows, item_rows;
  for (uint32_t item : items) {
    for (uint32_t q = 0; q < queries.rows; ++q) {
      query_rows.push_back(q);
      item_rows.push_back(item);
    }
  }
  const auto predictions =
      session.rank(queries, bundle_.towers->item_vectors(), query_rows, item_rows, deadline);
  for (size_t i = 0; i < items.size(); ++i) {
    const auto* all = &predictions[i * queries.rows];
    for (size_t f = 0; f < without.rows; ++f) {
      for (size_t t = 0; t < all->size(); ++t)
        explanations[i].features[f].predictions.push_back(double{all[0][t]} - double{all[f + 1][t]});
    }
  }
}

}  // namespace shortlist
