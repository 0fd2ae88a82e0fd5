#include "shortlist/recommend/query_explainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/layers/embedding.h"

namespace shortlist {
namespace {

constexpr size_t kFewestSteps = 64, kMostSteps = 1'024;
// If the sum of the parts is this close to the score, more steps are not worthwhile.
constexpr double kNearEnough = 1e-5;

double dot(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// The query tower alone. Each feature becomes a table with a row for each point evaluated at once.
ModelSpec cut_tower(const ModelSpec& model, std::vector<int>& from) {
  ModelSpec tower;
  tower.row_sets = model.row_sets;
  std::vector<int> position(model.nodes.size(), -1);
  for (size_t i = 0; i < model.nodes.size(); ++i) {
    Node node = model.nodes[i];
    if (node.row_set != kQueryRows) continue;
    if (node.feature >= 0) {
      auto table = std::make_shared<Embedding>();
      table->dim = node.width;
      table->ids = static_cast<int32_t>(kMostSteps);
      node.layer = std::move(table);
      node.inputs.clear();  // those of a history, which ends in a gather
    }
    for (int& input : node.inputs) input = position[static_cast<size_t>(input)];
    position[i] = tower.add(std::move(node));
    from.push_back(static_cast<int>(i));
  }
  tower.query = position[static_cast<size_t>(model.query)];
  return tower;
}

}  // namespace

QueryExplainer::QueryExplainer(const ModelSpec& model, const Parameters& parameters) {
  std::vector<int> from;
  tower_ = cut_tower(model, from);
  parameters_ = std::make_unique<Parameters>(tower_);
  std::vector<std::pair<int, ParameterState*>> tables;
  for (size_t i = 0; i < tower_.nodes.size(); ++i) {
    const auto own = parameters_->of(i);
    if (tower_.nodes[i].feature >= 0) {
      tables.emplace_back(tower_.nodes[i].feature, own[0]);
      continue;
    }
    if (!tower_.nodes[i].layer->traits().affine) method_ = Attribution::integrated_gradients;
    const auto given = parameters.of(static_cast<size_t>(from[i]));
    for (size_t p = 0; p < own.size(); ++p) {
      const Matrix& value = given[p]->value;
      std::copy_n(value.data, value.rows * value.cols, own[p]->value.data);
    }
  }
  std::ranges::sort(tables);
  for (const auto& [feature, table] : tables) tables_.push_back(table);
  rows_.rows = kMostSteps;
  rows_.columns.resize(tables_.size());
  for (EncodedColumn& column : rows_.columns) {
    column.ids.resize(kMostSteps);
    std::iota(column.ids.begin(), column.ids.end(), 0);
  }
  const bool backward = method_ == Attribution::integrated_gradients;
  if (backward) parameters_->make_gradients();
  parameters_->pack(pool_, backward);
  plan_ = std::make_unique<Plan>(
      tower_, *parameters_,
      PlanOptions{.outputs = {tower_.query}, .backward = backward, .training_layers_active = false});
}

void QueryExplainer::set_query(std::vector<std::vector<float>> vectors) {
  SHORTLIST_CHECK(vectors.size() == tables_.size());
  vectors_ = std::move(vectors);
}

void QueryExplainer::place(size_t row, size_t feature, float scale) {
  const std::span<float> to = tables_[feature]->value.row_span(row);
  for (size_t c = 0; c < to.size(); ++c) to[c] = scale * vectors_[feature][c];
}

ConstMatrix QueryExplainer::forward(size_t rows) {
  const std::vector<uint32_t> numbers(rows_.columns[0].ids.begin(),
                                      rows_.columns[0].ids.begin() + static_cast<std::ptrdiff_t>(rows));
  plan_->forward(pool_, Batch::of(kQueryRows, rows_, numbers));
  return plan_->output(tower_.query);
}

ConstMatrix QueryExplainer::leave_each_out() {
  for (size_t row = 0; row < features(); ++row)
    for (size_t f = 0; f < features(); ++f) place(row, f, f == row ? 0 : 1);
  return forward(features());
}

std::vector<QueryExplainer::Parts> QueryExplainer::parts(
    const std::vector<std::span<const float>>& candidates, const Deadline& deadline) {
  if (method_ == Attribution::additive) return additive_parts(candidates);
  std::vector<Parts> all;
  for (std::span<const float> candidate : candidates) {
    deadline.check();
    all.push_back(integrate(candidate));
  }
  return all;
}

// The output for zeros is the constant. A feature's part is what it adds on its own.
std::vector<QueryExplainer::Parts> QueryExplainer::additive_parts(
    const std::vector<std::span<const float>>& candidates) {
  for (size_t row = 0; row <= features(); ++row)
    for (size_t f = 0; f < features(); ++f) place(row, f, f + 1 == row ? 1 : 0);
  const ConstMatrix outputs = forward(features() + 1);
  std::vector<Parts> all;
  for (std::span<const float> candidate : candidates) {
    Parts& parts = all.emplace_back();
    parts.constant = dot(outputs.row_span(0), candidate);
    for (size_t f = 0; f < features(); ++f)
      parts.features.push_back(dot(outputs.row_span(f + 1), candidate) - parts.constant);
  }
  return all;
}

QueryExplainer::Parts QueryExplainer::integrate(std::span<const float> candidate) {
  for (size_t f = 0; f < features(); ++f) {
    place(0, f, 0);
    place(1, f, 1);
  }
  const ConstMatrix ends = forward(2);
  Parts parts{dot(ends.row_span(0), candidate), {}};
  const double wanted = dot(ends.row_span(1), candidate) - parts.constant;
  double off = 0, size = 0;
  for (size_t steps = kFewestSteps; steps <= kMostSteps; steps *= 4) {
    parts.features = walk(candidate, steps);
    off = wanted - std::accumulate(parts.features.begin(), parts.features.end(), 0.0);
    if (std::abs(off) <= kNearEnough * std::max(1.0, std::abs(wanted))) break;
  }
  // The remaining error of the integration is distributed in proportion to the parts' sizes.
  for (double part : parts.features) size += std::abs(part);
  for (double& part : parts.features)
    part += size > 0 ? off * std::abs(part) / size : off / static_cast<double>(features());
  return parts;
}

std::vector<double> QueryExplainer::walk(std::span<const float> candidate, size_t steps) {
  for (size_t row = 0; row < steps; ++row) {
    const float along = (static_cast<float>(row) + 0.5f) / static_cast<float>(steps);
    for (size_t f = 0; f < features(); ++f) place(row, f, along);
  }
  forward(steps);
  const Matrix gradient = plan_->output_gradient(tower_.query);
  for (size_t row = 0; row < steps; ++row) std::ranges::copy(candidate, gradient.row(row));
  plan_->backward(pool_, {tower_.query});
  std::vector<double> parts(features());
  for (size_t f = 0; f < features(); ++f) {
    for (size_t row = 0; row < steps; ++row) parts[f] += dot(tables_[f]->gradient.row_span(row), vectors_[f]);
    parts[f] /= static_cast<double>(steps);
  }
  return parts;
}

}  // namespace shortlist
