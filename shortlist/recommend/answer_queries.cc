#include "shortlist/recommend/answer_queries.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>

#include "shortlist/recommend/distinct_rows.h"
#include "shortlist/recommend/left_out.h"
#include "shortlist/recommend/list_plan.h"

namespace shortlist {
namespace {

constexpr size_t kQueriesABlock = 48;
// Candidates per block of queries, to limit the memory when each query has many.
constexpr size_t kCandidatesABlock = size_t{1} << 19;

// Adds the seconds since the previous lap to a stage.
class Laps {
 public:
  explicit Laps(StageSeconds* seconds) : seconds_(seconds) { lap(nullptr); }
  void lap(double StageSeconds::*stage) {
    if (seconds_ == nullptr) return;
    const auto now = std::chrono::steady_clock::now();
    if (stage != nullptr) seconds_->*stage += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  StageSeconds* seconds_;
  std::chrono::steady_clock::time_point last_;
};

// The state of one call. `session` is null for a model without towers.
class Answering {
 public:
  Answering(const LoadedModel& model, Session* session, const RecommendOptions& options)
      : model_(model), session_(session), options_(options), list_(plan_list(options, model.bundle)) {}

  // The lists of a block of queries, each without the items in its `left_out`.
  std::vector<std::vector<Recommendation>> answer(const QueryBatch& queries, Eligible allowed,
                                                  LeftOutItems left_out, Laps& laps) {
    const std::vector<Found> found = model_.retriever().retrieve(queries, list_.end, allowed, left_out);
    if (options_.exact != nullptr)
      *options_.exact &= std::ranges::all_of(found, [](const Found& f) { return f.exact; });
    laps.lap(&StageSeconds::retrieve);
    std::vector<std::vector<Recommendation>> answers = candidates_of(found);
    if (session_ != nullptr && session_->ranks()) rank(answers);
    for (auto& answer : answers) answer = page_of(std::move(answer), list_, options_);
    laps.lap(&StageSeconds::rank);
    return answers;
  }

  // Number of queries that are answered at once.
  size_t block_size() const {
    const size_t items = std::max<size_t>(1, model_.items());
    const size_t candidates =
        model_.retriever().has_scores() ? std::min(items, options_.candidates()) : items;
    return std::clamp<size_t>(kCandidatesABlock / candidates, 1, kQueriesABlock);
  }

 private:
  std::vector<std::vector<Recommendation>> candidates_of(const std::vector<Found>& found) const {
    std::vector<std::vector<Recommendation>> answers(found.size());
    for (size_t q = 0; q < found.size(); ++q) {
      for (size_t i = list_.begin; i < found[q].best.size(); ++i) {
        const Scored& candidate = found[q].best[i];
        if (!std::isfinite(candidate.score))
          throw data_error("the score of the {} '{}' is not finite; a number of the query may be too large",
                           model_.bundle.items.id_column, model_.bundle.items.ids[candidate.index]);
        answers[q].push_back({candidate.index, candidate.score, {}});
      }
    }
    return answers;
  }

  void rank(std::vector<std::vector<Recommendation>>& answers) {
    std::vector<uint32_t> query_rows, item_rows;
    for (uint32_t q = 0; q < answers.size(); ++q) {
      for (const Recommendation& candidate : answers[q]) {
        query_rows.push_back(q);
        item_rows.push_back(candidate.item);
      }
    }
    if (query_rows.empty()) return;
    auto predictions =
        session_->rank(session_->ranked(kQueryRows), model_.bundle.towers->ranked_item_vectors(), query_rows,
                       item_rows, options_.deadline);
    size_t at = 0;
    for (auto& answer : answers) {
      for (Recommendation& candidate : answer) candidate.predictions = std::move(predictions[at++]);
    }
  }

  const LoadedModel& model_;
  Session* session_;
  const RecommendOptions& options_;
  const ListPlan list_;
};

}  // namespace

std::vector<std::vector<Recommendation>> answer_queries(const LoadedModel& model,
                                                        const std::vector<Column>& queries,
                                                        const RecommendOptions& options) {
  check_options(options, model.bundle, queries.empty() ? 0 : queries[0].rows);
  const FilledQueries filled(model.context, queries);
  Laps laps(options.seconds);
  const std::vector<uint8_t> allowed = model.filter.eligible(options);
  laps.lap(&StageSeconds::filter);
  if (options.exact != nullptr) *options.exact = true;
  std::optional<SessionPool::Lease> session;
  if (model.sessions) session.emplace(*model.sessions);
  const FeatureMap& features = model.features.query;
  EncodedRows encoded;
  std::vector<uint64_t> unseen(features.size());
  features.encode(filled.columns, encoded, unseen);
  if (options.unseen != nullptr) *options.unseen = by_column(features, unseen);
  DistinctRows distinct = distinct_rows(encoded);
  const LeftOut left_out = leave_out(options, model, queries, distinct);
  Answering call(model, session ? &**session : nullptr, options);
  std::vector<std::vector<Recommendation>> answers;  // for the distinct queries
  const size_t block_size = call.block_size();
  for (size_t begin = 0; begin < distinct.first.size(); begin += block_size) {
    options.deadline.check();
    const size_t count = std::min(block_size, distinct.first.size() - begin);
    QueryBatch block{.rows = count,
                     .features = &encoded,
                     .feature_rows = std::span(distinct.first).subspan(begin, count),
                     .deadline = options.deadline};
    if (session) block.vectors = (*session)->embed(encoded, block.feature_rows, kQueryRows);
    if (!left_out.users.empty()) {
      block.users = std::span(left_out.users).subspan(begin, count);
      block.histories = std::span(left_out.histories).subspan(begin, count);
    }
    laps.lap(&StageSeconds::embed);
    for (auto& answer : call.answer(block, allowed, std::span(left_out.items).subspan(begin, count), laps))
      answers.push_back(std::move(answer));
  }
  if (answers.size() == encoded.rows) return answers;
  std::vector<std::vector<Recommendation>> all;
  for (uint32_t place : distinct.of) all.push_back(answers[place]);
  return all;
}

void prepare_calls(const LoadedModel& model, size_t calls) {
  if (!model.sessions) return;
  std::deque<SessionPool::Lease> leases;
  while (leases.size() < calls) leases.emplace_back(*model.sessions);
  const size_t width = model.bundle.towers->query_width();
  const Buffer zeros(1, width);
  const QueryBatch query{.rows = 1, .vectors = zeros.view(1, width)};
  Laps nobody(nullptr);
  const std::span<const uint32_t> none;
  const RecommendOptions options;
  // A retriever that reads more than the towers' vectors cannot be warmed up with zeros.
  if (!model.retriever().scores_by_towers() && model.retriever().has_scores()) return;
  const ModelSpec& spec = model.bundle.towers->spec;
  const auto ranked_width = static_cast<size_t>(spec.at(spec.ranking_query()).width);
  const Buffer ranked(1, ranked_width);
  for (const auto& session : leases) {
    session->set_ranked_queries(ranked.view(1, ranked_width));
    Answering(model, &*session, options).answer(query, {}, {&none, 1}, nobody);
  }
}

}  // namespace shortlist
