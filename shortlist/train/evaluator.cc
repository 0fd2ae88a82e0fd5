#include "shortlist/train/evaluator.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/base/take.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/metrics/group_metrics.h"
#include "shortlist/metrics/rating_metrics.h"
#include "shortlist/metrics/user_metrics.h"

namespace shortlist {

Evaluator::Evaluator(const TrainSpec& training, const ModelSpec& spec, Parameters& parameters,
                     const Dataset& data, ThreadPool& pool)
    : spec_(spec),
      data_(data),
      pool_(pool),
      parameters_(parameters),
      tasks_(make_tasks(training, spec)),
      query_plan_(spec, parameters, {.outputs = tower_outputs(spec, kQueryRows)}),
      candidate_plan_(spec, parameters, {.outputs = tower_outputs(spec, kCandidateRows)}),
      losses_(training, data, pool) {
  if (!spec.rankings.empty()) {
    ranking_plan_.emplace_back(spec, parameters,
                               PlanOptions{.outputs = spec.ranking_nodes(), .fed = ranking_inputs(spec)});
  }
}

void Evaluator::embed(const DistinctPairs& rows) {
  const auto place = [](Buffer& memory, size_t count, const Node& tower) {
    const auto width = static_cast<size_t>(tower.width);
    memory.reserve(count * width);
    return memory.view(count, width);
  };
  const Matrix queries = place(query_memory_, rows.queries.size(), spec_.at(spec_.query)),
               candidates = place(candidate_memory_, data_.candidates.rows, spec_.at(spec_.candidate));
  run_tower(pool_, query_plan_, spec_, kQueryRows, data_.queries, rows.queries, queries, &ranked_queries_);
  std::vector<uint32_t> all(data_.candidates.rows);
  std::iota(all.begin(), all.end(), 0);
  run_tower(pool_, candidate_plan_, spec_, kCandidateRows, data_.candidates, all, candidates,
            &ranked_candidates_);
  queries_ = queries;
  candidates_ = candidates;
}

void Evaluator::rank_queries(const DistinctPairs& rows, PairScores& out) {
  ConstMatrix items = catalogue_;
  if (items.data == nullptr) {
    const size_t count = data_.candidate_of_item.size();
    items_.reserve(count * candidates_.cols);
    const Matrix own = items_.view(count, candidates_.cols);
    for (size_t i = 0; i < count; ++i)
      copy(candidates_.row_span(data_.candidate_of_item[i]), own.row_span(i));
    items = own;
  }
  std::vector<uint32_t> item_of_pair;
  item_of_pair.reserve(rows.pairs.size());
  for (uint32_t pair : rows.pairs)
    item_of_pair.push_back(data_.item_of_candidate[data_.pair_candidate[pair]]);
  std::vector<uint32_t> user_of_query;
  for (size_t q = 0; !data_.user_of_query.empty() && q < rows.queries.size(); ++q)
    user_of_query.push_back(data_.user_of_query[rows.queries[q]]);
  out.ranks = ranker_.rank(pool_, {queries_, items, rows.offsets, rows.pairs_of_query, item_of_pair,
                                   user_of_query, user_of_query.empty() ? nullptr : &data_.seen});
}

void Evaluator::predict(const DistinctPairs& rows, PairScores& out) {
  Plan& plan = ranking_plan_.front();
  plan.feed(spec_.ranking_query(), ranked_queries_.or_else(queries_));
  plan.feed(spec_.ranking_candidate(), ranked_candidates_.or_else(candidates_));
  std::vector<uint32_t> candidate;
  for (uint32_t pair : rows.pairs) candidate.push_back(data_.pair_candidate[pair]);
  run_rankings(pool_, plan, spec_, rows.query_of_pair, candidate, out.outputs);
  for (const Task& task : tasks_) {
    if (!task.has_scores()) continue;
    const std::vector<float>& scores = out.outputs[task.ranking];
    const auto bad = std::ranges::find_if_not(scores, [](float x) { return std::isfinite(x); });
    if (bad == scores.end()) continue;
    throw failed("the model's prediction of '{}' is {} for some rows, need finite numbers", task.label, *bad);
  }
}

// Ranks by NaN or infinite scores are meaningless.
void Evaluator::check_embeddings_finite() const {
  const auto check = [](ConstMatrix embeddings, const char* tower) {
    for (size_t i = 0; i < embeddings.rows * embeddings.cols; ++i) {
      if (!std::isfinite(embeddings.data[i]))
        throw failed("the {} tower returns {} for some rows, need finite numbers", tower, embeddings.data[i]);
    }
  };
  check(queries_, "query");
  check(candidates_, "item");
}

Evaluator::PairScores Evaluator::score_pairs(const DistinctPairs& rows) {
  PairScores scores;
  embed(rows);
  check_embeddings_finite();
  if (std::ranges::any_of(tasks_, &Task::has_embeddings)) rank_queries(rows, scores);
  if (!spec_.rankings.empty()) predict(rows, scores);
  return scores;
}

std::vector<float> Evaluator::predictions(const Task& task, const DistinctPairs& rows,
                                          const PairScores& pairs) const {
  std::vector<float> labels;
  labels.reserve(rows.pair_of_row.size());
  const auto width = static_cast<size_t>(spec_.at(task.outputs.score).width);
  const std::span<const float> outputs = pairs.outputs[task.ranking];
  for (uint32_t pair : rows.pair_of_row)
    labels.push_back(
        predicted_label(task.prediction, outputs.subspan(pair * width, width), task.label_scale));
  return labels;
}

RowScores Evaluator::score(std::span<const uint32_t> rows) {
  const DistinctPairs found = distinct_pairs(data_, rows);
  const PairScores pairs = score_pairs(found);
  RowScores scores;
  const auto of_rows = [&](const std::vector<Rank>& of_pairs, std::vector<Rank>& to) {
    if (of_pairs.empty()) return;
    to.reserve(found.pair_of_row.size());
    for (uint32_t pair : found.pair_of_row) to.push_back(of_pairs[pair]);
  };
  of_rows(pairs.ranks.all, scores.ranks);
  of_rows(pairs.ranks.unseen, scores.unseen_ranks);
  for (const Task& task : tasks_) {
    if (task.has_scores()) scores.predictions.push_back(predictions(task, found, pairs));
  }
  return scores;
}

// A distinct pair counts once for each of its rows; in a user's list each item counts once.
void Evaluator::add_ranks(const Task& task, std::span<const uint32_t> rows, const DistinctPairs& found,
                          const PairRanks& ranks, bool held_out, Metrics& figures) const {
  const std::vector<float>& row_weights = data_.retrieval_weights();
  std::vector<double> weight_of_pair(found.pairs.size());
  std::vector<float> weight_in_list(found.pairs.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint32_t pair = found.pair_of_row[i];
    const float weight = row_weights.empty() ? 1 : row_weights[rows[i]];
    weight_of_pair[pair] += weight;
    weight_in_list[pair] = std::max(weight_in_list[pair], weight);
  }
  std::vector<uint32_t> candidate, user;
  for (size_t p = 0; !ranks.unseen.empty() && p < found.pairs.size(); ++p) {
    candidate.push_back(data_.item_of_candidate[data_.pair_candidate[found.pairs[p]]]);
    user.push_back(data_.user_of_query[found.queries[found.query_of_pair[p]]]);
  }
  const auto all_of = [&](const std::vector<Rank>& of_pairs, const SeenItems* left_out) {
    RankMetrics metrics(task.top_k);
    for (size_t p = 0; p < of_pairs.size(); ++p) metrics.add(of_pairs[p], weight_of_pair[p]);
    Metrics all = metrics.figures();
    if (user.empty()) return all;
    const Observations pairs{of_pairs.size(), found.query_of_pair, candidate, user, {}, weight_in_list};
    const ListItems items{catalogue_.data != nullptr ? catalogue_.rows : data_.candidate_of_item.size(),
                          left_out};
    for (auto& figure : user_figures(pairs, of_pairs, task.top_k, &items)) all.push_back(std::move(figure));
    return all;
  };
  for (auto& figure : all_of(ranks.all, nullptr)) figures.push_back(std::move(figure));
  if (!held_out || ranks.unseen.empty()) return;
  for (const auto& [name, value] : all_of(ranks.unseen, &data_.seen))
    if (!name.starts_with("keras_")) figures.emplace_back(unseen_name(name), value);
}

void Evaluator::add_label_figures(const Task& task, std::span<const uint32_t> rows,
                                  const DistinctPairs& found, const PairScores& pairs,
                                  Metrics& figures) const {
  const LabelColumn& label = find_label(data_.labels, task.label);
  const std::vector<float>& all_weights = data_.weights_of(label);
  std::vector<float> labels, weights;
  std::vector<uint32_t> users;
  for (uint32_t row : rows) {
    if (!data_.user_of_row.empty()) users.push_back(data_.user_of_row[row]);
    labels.push_back(label.values[row]);
    if (!all_weights.empty()) weights.push_back(all_weights[row]);
  }
  // Without a label there is nothing to measure.
  if (!weights.empty() && std::ranges::all_of(weights, [](float w) { return w == 0; })) return;
  const std::vector<float> predicted = predictions(task, found, pairs);
  const auto add = [&](const Metrics& all) {
    for (const auto& [name, value] : all) figures.emplace_back(task.figure(name), value);
  };
  if (task.predicts_value()) add(rating_figures({predicted, labels, weights, users}));
  if (task.prediction == Prediction::classes) add(class_figures({predicted, labels, weights}));
  if (!task.has_groups || data_.list_of_row.empty()) return;
  const std::vector<uint32_t> group =
      take(data_.list_of_row, std::vector<uint32_t>(rows.begin(), rows.end()));
  add(ranking_figures({predicted, labels, weights}, group));
}

Metrics Evaluator::figures(std::span<const uint32_t> rows, bool held_out) {
  const DistinctPairs found = distinct_pairs(data_, rows);
  const PairScores pairs = score_pairs(found);
  Metrics figures;
  if (held_out) figures = losses(rows, found, pairs);
  for (const Task& task : tasks_) {
    if (task.has_embeddings()) add_ranks(task, rows, found, pairs.ranks, held_out, figures);
    if (task.has_scores()) add_label_figures(task, rows, found, pairs, figures);
  }
  return figures;
}

Metrics Evaluator::losses(std::span<const uint32_t> rows, const DistinctPairs& found,
                          const PairScores& pairs) {
  LossParts parts{.log_variances = log_variances(spec_, parameters_),
                  .regularization = regularization_loss(parameters_)};
  const RowOutputs outputs{queries_, candidates_, pairs.outputs};
  for (const Task& task : tasks_) parts.tasks.push_back(losses_.mean(task, rows, found, outputs));
  return loss_metrics(tasks_, parts);
}

}  // namespace shortlist
