#include "shortlist/train/evaluator.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/math/elementwise.h"
#include "shortlist/metrics/rating_metrics.h"

namespace shortlist {
namespace {

constexpr size_t kRowsAPass = 8192;
constexpr size_t kQueriesATask = 48;
constexpr size_t kPanelsATile = 64;  // 1,024 items: a block of scores stays in a core's own cache
constexpr uint32_t kAbsent = UINT32_MAX;

void reserve(Buffer& buffer, size_t size) {
  if (buffer.size() < size) buffer = Buffer(size);
}

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

// Ranks the pairs of a block of queries against all items.
class RankBlock {
 public:
  RankBlock(ConstMatrix queries, ConstMatrix items, const Panels& panels, std::span<const uint32_t> offsets,
            std::span<const uint32_t> pairs)
      : queries_(queries), items_(items), panels_(panels), offsets_(offsets), pairs_(pairs) {}

  void run(RowRange rows, std::span<const uint32_t> item_of_pair, std::vector<Rank>& ranks,
           Scratch& scratch) const {
    std::vector<float> own(offsets_[rows.end] - offsets_[rows.begin]);
    for (size_t q = rows.begin; q < rows.end; ++q) own_scores(q, item_of_pair, rows.begin, own, scratch);
    const std::span<float> tile = scratch.take(rows.size() * kPanelsATile * Panels::kPanelColumns);
    for (size_t p = 0; p < panels_.count(); p += kPanelsATile) {
      const size_t first = p * Panels::kPanelColumns;
      const size_t width = std::min(kPanelsATile * Panels::kPanelColumns, panels_.columns() - first);
      const Matrix scores{tile.data() - first, rows.size(), panels_.columns(),
                          kPanelsATile * Panels::kPanelColumns};
      multiply(queries_.slice(rows.begin, rows.end), panels_, scores, false, {}, {p, p + kPanelsATile});
      for (size_t q = rows.begin; q < rows.end; ++q) {
        const std::span<const float> row = {scores.row(q - rows.begin) + first, width};
        for (uint32_t i = offsets_[q]; i < offsets_[q + 1]; ++i) {
          const RankCount count = count_greater(row, own[i - offsets_[rows.begin]]);
          ranks[pairs_[i]].greater += static_cast<uint32_t>(count.greater);
          ranks[pairs_[i]].equal += static_cast<uint32_t>(count.equal);
        }
      }
    }
    for (uint32_t i = offsets_[rows.begin]; i < offsets_[rows.end]; ++i) {
      Rank& rank = ranks[pairs_[i]];
      if (std::isfinite(own[i - offsets_[rows.begin]])) {
        rank.equal -= 1;  // its own score
      } else {
        rank = {static_cast<uint32_t>(items_.rows), 0};
      }
    }
  }

 private:
  // By the same product as the rivals: another order of summing would move the rank.
  void own_scores(size_t q, std::span<const uint32_t> item_of_pair, size_t first_query, std::span<float> own,
                  Scratch& scratch) const {
    std::vector<uint32_t> positives;
    for (uint32_t i = offsets_[q]; i < offsets_[q + 1]; ++i) positives.push_back(item_of_pair[pairs_[i]]);
    if (positives.empty()) return;
    scratch.panels.pack_transposed(items_, positives);
    float* to = own.data() + (offsets_[q] - offsets_[first_query]);
    multiply(queries_.slice(q, q + 1), scratch.panels, {to, 1, positives.size(), positives.size()});
  }

  ConstMatrix queries_, items_;
  const Panels& panels_;
  std::span<const uint32_t> offsets_, pairs_;
};

}  // namespace

void run_tower(ThreadPool& pool, Plan& plan, int output, Domain domain, const EncodedRows& encoded,
               std::span<const uint32_t> rows, Matrix out) {
  for (size_t begin = 0; begin < rows.size(); begin += kRowsAPass) {
    const size_t end = std::min(begin + kRowsAPass, rows.size());
    Batch batch;
    (domain == Domain::query ? batch.queries : batch.candidates) = &encoded;
    (domain == Domain::query ? batch.query_rows : batch.candidate_rows) = rows.subspan(begin, end - begin);
    plan.forward(pool, batch);
    const Matrix embeddings = plan.output(output);
    for (size_t r = begin; r < end; ++r) copy(embeddings.row_span(r - begin), out.row_span(r));
  }
}

void run_rankings(ThreadPool& pool, Plan& plan, const ModelSpec& spec, std::span<const uint32_t> query,
                  std::span<const uint32_t> candidate, std::vector<std::vector<float>>& predictions) {
  predictions.assign(spec.rankings.size(), std::vector<float>(query.size()));
  for (size_t begin = 0; begin < query.size(); begin += kRowsAPass) {
    const size_t count = std::min(kRowsAPass, query.size() - begin);
    Batch batch;
    batch.pair_query.source = query.subspan(begin, count);
    batch.pair_candidate.source = candidate.subspan(begin, count);
    plan.forward(pool, batch);
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
      softmax_(config.retrieval ? static_cast<float>(config.retrieval->temperature) : 1) {
  if (!spec.rankings.empty()) {
    ranking_plan_.emplace_back(spec, parameters,
                               PlanOptions{.outputs = spec.rankings, .given = {spec.query, spec.candidate}});
  }
}

Evaluator::Distinct Evaluator::distinct(std::span<const uint32_t> rows) const {
  Distinct out;
  std::vector<uint32_t> pair_of_row, place;
  for (uint32_t row : rows) pair_of_row.push_back(data_.pair_of_row[row]);
  out.pairs = first_appearances(pair_of_row, data_.pair_query.size(), place);
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
  reserve(queries_, rows.queries.size() * query_width);
  reserve(candidates_, data_.candidates.rows * candidate_width);
  run_tower(pool_, query_plan_, spec_.query, Domain::query, data_.queries, rows.queries,
            queries_.view(rows.queries.size(), query_width));
  std::vector<uint32_t> all(data_.candidates.rows);
  std::iota(all.begin(), all.end(), 0);
  run_tower(pool_, candidate_plan_, spec_.candidate, Domain::candidate, data_.candidates, all,
            candidates_.view(all.size(), candidate_width));
}

void Evaluator::rank_queries(const Distinct& rows, PairScores& out) {
  const size_t width = static_cast<size_t>(spec_.at(spec_.candidate).width),
               count = data_.candidate_of_item.size();
  reserve(items_, count * width);
  const Matrix items = items_.view(count, width), candidates = candidates_.view(data_.candidates.rows, width);
  for (size_t i = 0; i < count; ++i) copy(candidates.row_span(data_.candidate_of_item[i]), items.row_span(i));
  item_panels_.resize(width, count);
  constexpr size_t kPanelsATask = 64;
  pool_.run(chunk_count(item_panels_.count(), kPanelsATask), [&](size_t i, int) {
    const RowRange panels = chunk_rows(item_panels_.count(), kPanelsATask, i);
    item_panels_.pack_transposed(items, panels.begin, panels.end);
  });
  std::vector<uint32_t> item_of_pair;
  for (uint32_t pair : rows.pairs)
    item_of_pair.push_back(data_.item_of_candidate[data_.pair_candidate[pair]]);
  out.ranks.assign(rows.pairs.size(), {});
  const RankBlock block(queries_.view(rows.queries.size(), width), items, item_panels_, rows.offsets,
                        rows.pairs_of_query);
  std::vector<Scratch> scratch(static_cast<size_t>(pool_.threads()));
  pool_.run(chunk_count(rows.queries.size(), kQueriesATask), [&](size_t i, int worker) {
    block.run(chunk_rows(rows.queries.size(), kQueriesATask, i), item_of_pair, out.ranks,
              scratch[static_cast<size_t>(worker)]);
  });
}

void Evaluator::predict(const Distinct& rows, PairScores& out) {
  Plan& plan = ranking_plan_.front();
  plan.give(spec_.query,
            queries_.view(rows.queries.size(), static_cast<size_t>(spec_.at(spec_.query).width)));
  plan.give(spec_.candidate,
            candidates_.view(data_.candidates.rows, static_cast<size_t>(spec_.at(spec_.candidate).width)));
  std::vector<uint32_t> candidate;
  for (uint32_t pair : rows.pairs) candidate.push_back(data_.pair_candidate[pair]);
  run_rankings(pool_, plan, spec_, rows.query_of_pair, candidate, out.predictions);
  for (size_t t = 0; t < out.predictions.size(); ++t) {
    for (float& p : out.predictions[t]) p = predicted_label(config_.ranking[t].loss, p);
  }
}

Evaluator::PairScores Evaluator::score_pairs(const Distinct& rows) {
  PairScores scores;
  embed(rows);
  if (config_.retrieval) rank_queries(rows, scores);
  if (!spec_.rankings.empty()) predict(rows, scores);
  return scores;
}

RowScores Evaluator::score(std::span<const uint32_t> rows) {
  const Distinct found = distinct(rows);
  const PairScores pairs = score_pairs(found);
  RowScores scores;
  if (config_.retrieval) {
    for (uint32_t pair : found.pair_of_row) scores.ranks.push_back(pairs.ranks[pair]);
  }
  for (const std::vector<float>& predictions : pairs.predictions) {
    std::vector<float>& to = scores.predictions.emplace_back();
    for (uint32_t pair : found.pair_of_row) to.push_back(predictions[pair]);
  }
  return scores;
}

Figures Evaluator::figures(std::span<const uint32_t> rows, bool losses) {
  const RowScores scores = score(rows);
  Figures figures;
  std::vector<float> weights;
  for (size_t i = 0; !data_.weights.empty() && i < rows.size(); ++i)
    weights.push_back(data_.weights[rows[i]]);
  if (losses) add_losses(rows, scores.predictions, figures);
  if (config_.retrieval) {
    RankMetrics metrics(config_.retrieval->top_k);
    for (size_t i = 0; i < rows.size(); ++i) metrics.add(scores.ranks[i], weights.empty() ? 1 : weights[i]);
    for (auto& figure : metrics.figures()) figures.push_back(figure);
  }
  for (size_t t = 0; t < scores.predictions.size(); ++t) {
    std::vector<float> labels;
    for (uint32_t row : rows) labels.push_back(data_.labels[t][row]);
    for (auto& [name, value] : rating_figures({scores.predictions[t], labels, weights})) {
      figures.emplace_back(figure_name(config_, t, name), value);
    }
  }
  return figures;
}

void Evaluator::add_losses(std::span<const uint32_t> rows, const std::vector<std::vector<float>>& predictions,
                           Figures& figures) {
  double total = regularization_loss(parameters_);
  const double regularization = total;
  if (config_.retrieval) {
    const size_t width = static_cast<size_t>(spec_.at(spec_.query).width),
                 batch_rows = static_cast<size_t>(config_.training.batch);
    const Distinct found = distinct(rows);
    std::vector<uint32_t> place(data_.queries.rows);
    for (uint32_t i = 0; i < found.queries.size(); ++i) place[found.queries[i]] = i;
    double sum = 0;
    for (size_t begin = 0; begin < rows.size(); begin += batch_rows) {
      const size_t count = std::min(batch_rows, rows.size() - begin);
      const Batch& batch = batcher_.make(rows.subspan(begin, count));
      Buffer queries(batch.query_rows.size(), width), candidates(batch.candidate_rows.size(), width);
      const Matrix u = queries.view(batch.query_rows.size(), width),
                   v = candidates.view(batch.candidate_rows.size(), width);
      for (size_t i = 0; i < u.rows; ++i)
        copy({queries_.data() + place[batch.query_rows[i]] * width, width}, u.row_span(i));
      for (size_t i = 0; i < v.rows; ++i)
        copy({candidates_.data() + batch.candidate_rows[i] * width, width}, v.row_span(i));
      const double loss = softmax_.run(
          pool_,
          {u, v, batch.candidate_multiplicity, batch.pair_query.offsets, batch.pair_query.copies,
           batch.pair_candidate.source, batcher_.pair_weights(), batcher_.candidate_log_shares()},
          1, {}, {});
      sum += config_.retrieval->reduction == Reduction::mean ? loss : loss * static_cast<double>(count);
    }
    const double mean = sum / static_cast<double>(rows.size());
    figures.emplace_back("retrieval_loss", mean);
    total += config_.retrieval->weight * mean;
  }
  for (size_t t = 0; t < predictions.size(); ++t) {
    const RankingConfig& ranking = config_.ranking[t];
    double sum = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      const float weight = data_.weights.empty() ? 1 : data_.weights[rows[i]];
      double p = predictions[t][i];
      if (ranking.loss == RatingLoss::binary_crossentropy) {
        p = std::clamp(p, 1e-7, 1 - 1e-7);
        p = std::log(p / (1 - p));
      }
      sum += weight * rating_loss(ranking.loss, p, data_.labels[t][rows[i]], ranking.delta).loss;
    }
    const double mean = sum / static_cast<double>(std::max<size_t>(1, rows.size()));
    figures.emplace_back(figure_name(config_, t, "ranking_loss"), mean);
    total += ranking.weight * mean;
  }
  figures.emplace_back("regularization_loss", regularization);
  figures.insert(figures.begin(), {"loss", total});
}

}  // namespace shortlist
