#include "shortlist/train/evaluator.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/math/elementwise.h"
#include "shortlist/metrics/rating_metrics.h"
#include "shortlist/metrics/user_metrics.h"

namespace shortlist {
namespace {

constexpr size_t kRowsAPass = 8192;
constexpr uint32_t kAbsent = UINT32_MAX;

// Numbers in order of first appearance; place[n] holds the position of n in the result.
std::vector<uint32_t> first_appearances(std::span<const uint32_t> numbers, size_t bound,
                                        std::vector<uint32_t>& place) {
  std::vector<uint32_t> members;
  place.assign(bound, kAbsent);
  for (uint32_t n : numbers) {
    if (place[n] != kAbsent) continue;
    place[n] = static_cast<uint32_t>(members.size());
    members.push_back(n);
  }
  return members;
}

}  // namespace

void run_tower(ThreadPool& pool, Plan& plan, int output, int row_set, const EncodedRows& encoded,
               std::span<const uint32_t> rows, Matrix out) {
  for (size_t begin = 0; begin < rows.size(); begin += kRowsAPass) {
    const size_t end = std::min(begin + kRowsAPass, rows.size());
    plan.forward(pool, Batch::of(row_set, encoded, rows.subspan(begin, end - begin)));
    const Matrix embeddings = plan.output(output);
    for (size_t r = begin; r < end; ++r) copy(embeddings.row_span(r - begin), out.row_span(r));
  }
}

void run_rankings(ThreadPool& pool, Plan& plan, const ModelSpec& spec, std::span<const uint32_t> query,
                  std::span<const uint32_t> candidate, std::vector<std::vector<float>>& predictions) {
  predictions.assign(spec.rankings.size(), std::vector<float>(query.size()));
  for (size_t begin = 0; begin < query.size(); begin += kRowsAPass) {
    const size_t count = std::min(kRowsAPass, query.size() - begin);
    plan.forward(pool, Batch::of_pairs(query.subspan(begin, count), candidate.subspan(begin, count)));
    for (size_t t = 0; t < spec.rankings.size(); ++t) {
      const Matrix output = plan.output(spec.rankings[t]);
      for (size_t i = 0; i < count; ++i) predictions[t][begin + i] = output(i, 0);
    }
  }
}

double regularization_loss(const Parameters& parameters) {
  double total = 0;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ParameterState& state = parameters.at(i);
    total += regularize(state.spec.regularizer, {state.value.data, state.value.rows * state.value.cols}, {});
  }
  return total;
}

std::string figure_name(const Config& config, size_t ranking, std::string_view figure) {
  if (config.ranking.size() == 1) return std::string(figure);
  return fmt::format("{} of {}", figure, config.ranking[ranking].label);
}

Evaluator::Evaluator(const Config& config, const ModelSpec& spec, Parameters& parameters, const Dataset& data,
                     ThreadPool& pool)
    : config_(config),
      spec_(spec),
      data_(data),
      pool_(pool),
      parameters_(parameters),
      query_plan_(spec, parameters, {.outputs = {spec.query}}),
      candidate_plan_(spec, parameters, {.outputs = {spec.candidate}}),
      batcher_(data),
      softmax_(config.retrieval ? static_cast<float>(config.retrieval->temperature) : 1),
      shared_softmax_(config.retrieval ? static_cast<float>(config.retrieval->temperature) : 1) {
  if (!spec.rankings.empty()) {
    ranking_plan_.emplace_back(spec, parameters,
                               PlanOptions{.outputs = spec.rankings, .given = {spec.query, spec.candidate}});
  }
}

Evaluator::Distinct Evaluator::distinct(std::span<const uint32_t> rows) const {
  Distinct out;
  std::vector<uint32_t> pair_of_row, place;
  pair_of_row.reserve(rows.size());
  for (uint32_t row : rows) pair_of_row.push_back(data_.pair_of_row[row]);
  out.pairs = first_appearances(pair_of_row, data_.pair_query.size(), place);
  out.pair_of_row.reserve(rows.size());
  for (uint32_t pair : pair_of_row) out.pair_of_row.push_back(place[pair]);
  std::vector<uint32_t> query_of_pair;
  for (uint32_t pair : out.pairs) query_of_pair.push_back(data_.pair_query[pair]);
  out.queries = first_appearances(query_of_pair, data_.queries.rows, place);
  for (uint32_t query : query_of_pair) out.query_of_pair.push_back(place[query]);
  out.offsets.assign(out.queries.size() + 1, 0);
  for (uint32_t query : out.query_of_pair) ++out.offsets[query + 1];
  std::partial_sum(out.offsets.begin(), out.offsets.end(), out.offsets.begin());
  std::vector<uint32_t> next(out.offsets.begin(), out.offsets.end() - 1);
  out.pairs_of_query.resize(out.pairs.size());
  for (uint32_t i = 0; i < out.pairs.size(); ++i) out.pairs_of_query[next[out.query_of_pair[i]]++] = i;
  return out;
}

void Evaluator::embed(const Distinct& rows) {
  const size_t query_width = static_cast<size_t>(spec_.at(spec_.query).width);
  const size_t candidate_width = static_cast<size_t>(spec_.at(spec_.candidate).width);
  queries_.reserve(rows.queries.size() * query_width);
  candidates_.reserve(data_.candidates.rows * candidate_width);
  run_tower(pool_, query_plan_, spec_.query, kQueryRows, data_.queries, rows.queries,
            queries_.view(rows.queries.size(), query_width));
  std::vector<uint32_t> all(data_.candidates.rows);
  std::iota(all.begin(), all.end(), 0);
  run_tower(pool_, candidate_plan_, spec_.candidate, kCandidateRows, data_.candidates, all,
            candidates_.view(all.size(), candidate_width));
}

void Evaluator::rank_queries(const Distinct& rows, PairScores& out) {
  const size_t width = static_cast<size_t>(spec_.at(spec_.candidate).width),
               count = data_.candidate_of_item.size();
  ConstMatrix items = catalogue_;
  if (items.data == nullptr) {
    items_.reserve(count * width);
    const Matrix own = items_.view(count, width), candidates = candidates_.view(data_.candidates.rows, width);
    for (size_t i = 0; i < count; ++i) copy(candidates.row_span(data_.candidate_of_item[i]), own.row_span(i));
    items = own;
  }
  std::vector<uint32_t> item_of_pair;
  item_of_pair.reserve(rows.pairs.size());
  for (uint32_t pair : rows.pairs)
    item_of_pair.push_back(data_.item_of_candidate[data_.pair_candidate[pair]]);
  std::vector<uint32_t> user_of_query;
  for (size_t q = 0; !data_.user_of_query.empty() && q < rows.queries.size(); ++q)
    user_of_query.push_back(data_.user_of_query[rows.queries[q]]);
  out.ranks = ranker_.rank(
      pool_, {queries_.view(rows.queries.size(), width), items, rows.offsets, rows.pairs_of_query,
              item_of_pair, user_of_query, user_of_query.empty() ? nullptr : &data_.seen});
}

void Evaluator::predict(const Distinct& rows, PairScores& out) {
  Plan& plan = ranking_plan_.front();
  plan.give(spec_.query,
            queries_.view(rows.queries.size(), static_cast<size_t>(spec_.at(spec_.query).width)));
  plan.give(spec_.candidate,
            candidates_.view(data_.candidates.rows, static_cast<size_t>(spec_.at(spec_.candidate).width)));
  std::vector<uint32_t> candidate;
  for (uint32_t pair : rows.pairs) candidate.push_back(data_.pair_candidate[pair]);
  run_rankings(pool_, plan, spec_, rows.query_of_pair, candidate, out.outputs);
  for (size_t t = 0; t < out.outputs.size(); ++t) {
    const auto bad = std::ranges::find_if_not(out.outputs[t], [](float x) { return std::isfinite(x); });
    if (bad == out.outputs[t].end()) continue;
    throw failed("the model's prediction of '{}' is {} for some rows, need finite numbers",
                 config_.ranking[t].label, *bad);
  }
}

float Evaluator::label_of(size_t task, float output) const {
  return predicted_label(config_.ranking[task].loss, output, spec_.label_scale(task));
}

// Ranks of what is not a number mean nothing.
void Evaluator::check_finite(const Distinct& rows) const {
  const auto check = [](const Buffer& embeddings, size_t count, const char* tower) {
    for (size_t i = 0; i < count; ++i) {
      if (!std::isfinite(embeddings.data()[i]))
        throw failed("the {} tower gives {} for some rows, need finite numbers", tower, embeddings.data()[i]);
    }
  };
  check(queries_, rows.queries.size() * static_cast<size_t>(spec_.at(spec_.query).width), "query");
  check(candidates_, data_.candidates.rows * static_cast<size_t>(spec_.at(spec_.candidate).width),
        "candidate");
}

Evaluator::PairScores Evaluator::score_pairs(const Distinct& rows) {
  PairScores scores;
  embed(rows);
  check_finite(rows);
  if (config_.retrieval) rank_queries(rows, scores);
  if (!spec_.rankings.empty()) predict(rows, scores);
  return scores;
}

RowScores Evaluator::score(std::span<const uint32_t> rows) {
  const Distinct found = distinct(rows);
  const PairScores pairs = score_pairs(found);
  RowScores scores;
  const auto of_rows = [&](const std::vector<Rank>& of_pairs, std::vector<Rank>& to) {
    if (of_pairs.empty()) return;
    to.reserve(found.pair_of_row.size());
    for (uint32_t pair : found.pair_of_row) to.push_back(of_pairs[pair]);
  };
  of_rows(pairs.ranks.all, scores.ranks);
  of_rows(pairs.ranks.unseen, scores.unseen_ranks);
  for (size_t t = 0; t < pairs.outputs.size(); ++t) {
    std::vector<float>& to = scores.predictions.emplace_back();
    to.reserve(found.pair_of_row.size());
    for (uint32_t pair : found.pair_of_row) to.push_back(label_of(t, pairs.outputs[t][pair]));
  }
  return scores;
}

// Distinct pairs count as often as rows show them; in a user's list an item counts once.
void Evaluator::add_ranks(std::span<const uint32_t> rows, const Distinct& found, const PairRanks& ranks,
                          bool held_out, Figures& figures) const {
  const std::vector<int>& ks = config_.retrieval->top_k;
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
  const auto all_of = [&](const std::vector<Rank>& of_pairs) {
    RankMetrics metrics(ks);
    for (size_t p = 0; p < of_pairs.size(); ++p) metrics.add(of_pairs[p], weight_of_pair[p]);
    Figures all = metrics.figures();
    if (user.empty()) return all;
    const Observations pairs{of_pairs.size(), found.query_of_pair, candidate, user, {}, weight_in_list};
    for (auto& figure : user_figures(pairs, of_pairs, ks)) all.push_back(std::move(figure));
    return all;
  };
  for (auto& figure : all_of(ranks.all)) figures.push_back(std::move(figure));
  if (!held_out || ranks.unseen.empty()) return;
  for (const auto& [name, value] : all_of(ranks.unseen))
    if (!name.starts_with("keras_")) figures.emplace_back(unseen_name(name), value);
}

Figures Evaluator::figures(std::span<const uint32_t> rows, bool held_out) {
  const Distinct found = distinct(rows);
  const PairScores pairs = score_pairs(found);
  Figures figures;
  std::vector<float> weights;
  for (size_t i = 0; !data_.weights.empty() && i < rows.size(); ++i)
    weights.push_back(data_.weights[rows[i]]);
  if (held_out) add_losses(rows, found, pairs, figures);
  if (config_.retrieval) add_ranks(rows, found, pairs.ranks, held_out, figures);
  for (size_t t = 0; t < pairs.outputs.size(); ++t) {
    std::vector<float> labels(rows.size()), predictions(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      labels[i] = data_.labels[t][rows[i]];
      predictions[i] = label_of(t, pairs.outputs[t][found.pair_of_row[i]]);
    }
    for (auto& [name, value] : rating_figures({predictions, labels, weights})) {
      figures.emplace_back(figure_name(config_, t, name), value);
    }
  }
  return figures;
}

// The mean over rows of the losses of batches of the training's size.
double Evaluator::retrieval_loss(std::span<const uint32_t> rows, const Distinct& found) {
  const size_t width = static_cast<size_t>(spec_.at(spec_.query).width);
  std::vector<uint32_t> query, candidate;
  std::vector<float> weight, log_share;
  query.reserve(rows.size());
  candidate.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    query.push_back(found.query_of_pair[found.pair_of_row[i]]);
    candidate.push_back(data_.candidate_of_row[rows[i]]);
    if (!data_.retrieval_weights().empty()) weight.push_back(data_.retrieval_weights()[rows[i]]);
  }
  for (uint32_t item : data_.item_of_candidate) {
    if (!data_.item_log_share.empty()) log_share.push_back(data_.item_log_share[item]);
  }
  const BatchedRows work{queries_.view(found.queries.size(), width),
                         candidates_.view(data_.candidates.rows, width),
                         static_cast<size_t>(config_.training.batch),
                         query,
                         candidate,
                         weight,
                         log_share};
  const std::vector<double> losses =
      SharedSoftmax::pays(work) ? shared_softmax_.run(pool_, work) : batch_losses(rows, work);
  double sum = 0;
  for (size_t b = 0; b < losses.size(); ++b) {
    const size_t count = std::min(work.batch, rows.size() - b * work.batch);
    sum +=
        config_.retrieval->reduction == Reduction::mean ? losses[b] : losses[b] * static_cast<double>(count);
  }
  return sum / static_cast<double>(rows.size());
}

// Each batch by itself.
std::vector<double> Evaluator::batch_losses(std::span<const uint32_t> rows, const BatchedRows& work) {
  std::vector<uint32_t> place(data_.queries.rows);
  for (size_t i = 0; i < rows.size(); ++i) place[data_.query_of_row[rows[i]]] = work.query[i];
  std::vector<double> losses;
  for (size_t begin = 0; begin < rows.size(); begin += work.batch) {
    const Batch& batch = batcher_.make(rows.subspan(begin, std::min(work.batch, rows.size() - begin)));
    const size_t width = work.queries.cols;
    Buffer queries(batch.queries().shown.size(), width), candidates(batch.candidates().shown.size(), width);
    const Matrix u = queries.view(batch.queries().shown.size(), width),
                 v = candidates.view(batch.candidates().shown.size(), width);
    for (size_t i = 0; i < u.rows; ++i)
      copy(work.queries.row_span(place[batch.queries().shown[i]]), u.row_span(i));
    for (size_t i = 0; i < v.rows; ++i)
      copy(work.candidates.row_span(batch.candidates().shown[i]), v.row_span(i));
    losses.push_back(softmax_.run(
        pool_,
        {u, v, batch.candidates().multiplicity, batch.pair_query().offsets, batch.pair_query().copies,
         batch.pair_candidate().source, batcher_.pair_weights(), batcher_.candidate_log_shares()},
        1, {}, {}));
  }
  return losses;
}

void Evaluator::add_losses(std::span<const uint32_t> rows, const Distinct& found, const PairScores& pairs,
                           Figures& figures) {
  const double regularization = regularization_loss(parameters_);
  double total = regularization;
  if (config_.retrieval) {
    const double mean = retrieval_loss(rows, found);
    figures.emplace_back("retrieval_loss", mean);
    total += config_.retrieval->weight * mean;
  }
  for (size_t t = 0; t < pairs.outputs.size(); ++t) {
    const RankingConfig& ranking = config_.ranking[t];
    const LabelScale scale = spec_.label_scale(t);
    double sum = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      const float weight = data_.weights.empty() ? 1 : data_.weights[rows[i]];
      const double label = scale.standardized(data_.labels[t][rows[i]]);
      sum += weight *
             rating_loss(ranking.loss, pairs.outputs[t][found.pair_of_row[i]], label, ranking.delta).loss;
    }
    const double mean = sum / static_cast<double>(std::max<size_t>(1, rows.size()));
    figures.emplace_back(figure_name(config_, t, "ranking_loss"), mean);
    total += ranking.weight * mean;
  }
  figures.emplace_back("regularization_loss", regularization);
  figures.insert(figures.begin(), {"loss", total});
}

}  // namespace shortlist
