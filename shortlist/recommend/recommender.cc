#include "shortlist/recommend/recommender.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>

#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_store.h"
#include "shortlist/features/cell.h"
#include "shortlist/math/top_k.h"
#include "shortlist/recommend/catalogue_index.h"
#include "shortlist/recommend/distinct_rows.h"
#include "shortlist/recommend/item_filter.h"
#include "shortlist/recommend/left_out.h"
#include "shortlist/recommend/list_order.h"
#include "shortlist/recommend/list_plan.h"
#include "shortlist/recommend/query_context.h"
#include "shortlist/recommend/record_columns.h"
#include "shortlist/recommend/session_pool.h"
#include "shortlist/recommend/similarity.h"
#include "shortlist/recommend/unseen_counts.h"

namespace shortlist {
namespace {

constexpr size_t kQueriesABlock = 48;
// Of candidates in a block, so that many of them for each query do not take memory without bound.
constexpr size_t kCandidatesABlock = size_t{1} << 19;

// Adds the seconds since the last lap to a stage.
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

std::vector<std::vector<float>> to_rows(ConstMatrix matrix) {
  std::vector<std::vector<float>> rows;
  for (size_t r = 0; r < matrix.rows; ++r) rows.emplace_back(matrix.row(r), matrix.row(r) + matrix.cols);
  return rows;
}

}  // namespace

struct Recommender::State {
  explicit State(Bundle loaded)
      : bundle(std::move(loaded)),
        features(bundle),
        query_columns(features.query.columns()),
        candidate_columns(features.candidate.columns()),
        index(bundle),
        filter(bundle.items, bundle.features.form(bundle.items.id_column), bundle.config.candidate.display),
        users(bundle),
        seen(users.empty() ? SeenItems() : seen_items(bundle.ratings)),
        context(bundle, users),
        sessions(bundle, features) {
    for (const Attribute& attribute : bundle.items.attributes) attribute_names.push_back(attribute.name);
  }

  // Without retrieval every allowed item goes to the ranking.
  Found everything(const std::vector<uint8_t>& allowed, std::span<const uint32_t> left_out) const {
    Found all;
    for (uint32_t i = 0; i < bundle.items.ids.size(); ++i) {
      if (!allowed.empty() && !allowed[i]) continue;
      if (!std::ranges::binary_search(left_out, i)) all.best.push_back({i, 0});
    }
    return all;
  }

  std::vector<Found> find(ConstMatrix queries, size_t wanted, const std::vector<uint8_t>& allowed,
                          std::span<const std::span<const uint32_t>> left_out) const {
    if (bundle.config.retrieval) {
      return search_without(
          [&](ConstMatrix some, size_t k, Eligible eligible) { return index.search(some, k, eligible); },
          queries, wanted, bundle.items.ids.size(), allowed, left_out,
          bundle.config.retrieval->index == IndexKind::hnsw);
    }
    std::vector<Found> found;
    for (size_t q = 0; q < queries.rows; ++q) found.push_back(everything(allowed, left_out[q]));
    return found;
  }

  // `left_out` has the items of each query that it does not get.
  std::vector<std::vector<Recommendation>> recommend_block(
      Session& session, ConstMatrix queries, const RecommendOptions& options,
      const std::vector<uint8_t>& allowed, std::span<const std::span<const uint32_t>> left_out,
      Laps& laps) const {
    const ListPlan list = plan_list(options, bundle);
    const std::vector<Found> found = find(queries, list.end, allowed, left_out);
    if (options.exact != nullptr)
      *options.exact &= std::ranges::all_of(found, [](const Found& f) { return f.exact; });
    laps.lap(&StageSeconds::retrieve);
    std::vector<std::vector<Recommendation>> answers(queries.rows);
    std::vector<uint32_t> query_rows, item_rows;
    for (size_t q = 0; q < queries.rows; ++q) {
      for (size_t i = list.begin; i < found[q].best.size(); ++i) {
        const Scored& candidate = found[q].best[i];
        if (!std::isfinite(candidate.score))
          throw data_error("the score of the {} '{}' is not finite; a number of the query may be too large",
                           bundle.items.id_column, bundle.items.ids[candidate.index]);
        answers[q].push_back({candidate.index, candidate.score, {}});
        query_rows.push_back(static_cast<uint32_t>(q));
        item_rows.push_back(candidate.index);
      }
    }
    if (session.ranks() && !query_rows.empty()) {
      auto predictions =
          session.rank(queries, bundle.candidate_embeddings(), query_rows, item_rows, options.deadline);
      size_t at = 0;
      for (auto& answer : answers) {
        for (Recommendation& recommendation : answer)
          recommendation.predictions = std::move(predictions[at++]);
      }
    }
    for (auto& answer : answers) answer = page_of(std::move(answer), list, options);
    laps.lap(&StageSeconds::rank);
    return answers;
  }

  // Queries that are answered at once.
  size_t block_size(const RecommendOptions& options) const {
    const size_t items = std::max<size_t>(1, bundle.items.ids.size());
    const size_t candidates = bundle.config.retrieval ? std::min(items, options.candidates()) : items;
    return std::clamp<size_t>(kCandidatesABlock / candidates, 1, kQueriesABlock);
  }

  // Asks each of so many sessions once, with a query of zeros.
  void prepare(size_t calls) const {
    std::deque<SessionPool::Lease> leases;
    while (leases.size() < calls) leases.emplace_back(sessions);
    const size_t width = static_cast<size_t>(bundle.spec.at(bundle.spec.query).width);
    const Buffer zeros(1, width);
    Laps nobody(nullptr);
    const std::span<const uint32_t> none;
    for (const auto& session : leases)
      recommend_block(*session, zeros.view(1, width), {}, {}, {&none, 1}, nobody);
  }

  const Bundle bundle;
  const TowerFeatures features;
  const std::vector<std::string> query_columns, candidate_columns;
  std::vector<std::string> attribute_names;
  const CatalogueIndex index;
  const ItemFilter filter;
  const KnownUsers users;
  const SeenItems seen;
  const QueryContext context;
  const SessionPool sessions;
};

Recommender::Recommender(Bundle bundle) : state_(std::make_unique<State>(std::move(bundle))) {}
Recommender::Recommender(Recommender&&) noexcept = default;
Recommender& Recommender::operator=(Recommender&&) noexcept = default;
Recommender::~Recommender() = default;

Recommender Recommender::load(const std::string& path) { return Recommender(load_bundle(path)); }

void Recommender::prepare(size_t calls) const { state_->prepare(calls); }

const Bundle& Recommender::bundle() const { return state_->bundle; }
const QueryContext& Recommender::query_context() const { return state_->context; }
const std::string& Recommender::id_column() const { return state_->bundle.items.id_column; }
size_t Recommender::item_count() const { return state_->bundle.items.ids.size(); }
const std::string& Recommender::item_id(uint32_t item) const { return state_->bundle.items.ids[item]; }
std::string Recommender::nearest_id(const std::string& id) const {
  std::string near = nearest(id, state_->bundle.items.ids);
  if (!near.empty() || !display()) return near;
  std::vector<std::string> names;
  for (const AttributeValue& value : attributes()[*display()].values) {
    if (const auto* name = std::get_if<std::string>(&value)) names.push_back(*name);
  }
  return nearest(id, names);
}
std::optional<size_t> Recommender::display() const {
  const std::string& name = state_->bundle.config.candidate.display;
  const auto at = std::ranges::find(attribute_names(), name);
  if (name.empty() || at == attribute_names().end()) return std::nullopt;
  return static_cast<size_t>(at - attribute_names().begin());
}
const std::vector<std::string>& Recommender::attribute_names() const { return state_->attribute_names; }
const std::vector<Attribute>& Recommender::attributes() const { return state_->bundle.items.attributes; }
std::string Recommender::attribute(size_t attribute, uint32_t item) const {
  const Attribute& of = attributes()[attribute];
  return text_of(of, of.values[item]);
}
const std::vector<std::string>& Recommender::query_columns() const { return state_->query_columns; }
const std::vector<std::string>& Recommender::candidate_columns() const { return state_->candidate_columns; }
std::vector<ColumnRequest> Recommender::query_requests() const { return state_->features.query.requests(); }
std::vector<ColumnRequest> Recommender::candidate_requests() const {
  return state_->features.candidate.requests();
}
ListOrder Recommender::list_order() const { return plan_list({}, state_->bundle).order; }
bool Recommender::has_retrieval() const { return state_->bundle.config.retrieval.has_value(); }

std::vector<std::string> Recommender::labels() const {
  std::vector<std::string> labels;
  for (const RankingConfig& ranking : state_->bundle.config.ranking) labels.push_back(ranking.label);
  return labels;
}

std::optional<uint32_t> Recommender::find_item(const std::string& id) const {
  return state_->filter.find(id);
}

std::vector<uint8_t> Recommender::eligible_items(const RecommendOptions& options) const {
  return state_->filter.eligible(options);
}

std::vector<std::string> Recommender::notes(const std::vector<Condition>& conditions) const {
  return state_->filter.notes(conditions);
}

std::vector<Recommendation> Recommender::recommend(const Record& query,
                                                   const RecommendOptions& options) const {
  check_columns(query, state_->query_columns, "query");
  return recommend(to_columns(query, state_->query_columns), options).front();
}

std::vector<std::vector<Recommendation>> Recommender::recommend(const std::vector<Column>& queries,
                                                                const RecommendOptions& options) const {
  check_options(options, state_->bundle, queries.empty() ? 0 : queries[0].rows);
  const FilledQueries filled(state_->context, queries);
  Laps laps(options.seconds);
  const std::vector<uint8_t> allowed = state_->filter.eligible(options);
  laps.lap(&StageSeconds::filter);
  if (options.exact != nullptr) *options.exact = true;
  const SessionPool::Lease session(state_->sessions);
  const FeatureMap& features = state_->features.query;
  EncodedRows encoded;
  std::vector<uint64_t> unseen(features.size());
  features.encode(filled.columns, encoded, unseen);
  if (options.unseen != nullptr) *options.unseen = by_column(features, unseen);
  DistinctRows distinct = distinct_rows(encoded);
  const LeftOut left_out =
      leave_out(options, state_->bundle, state_->users, state_->seen, state_->filter, queries, distinct);
  std::vector<std::vector<Recommendation>> answers;  // to the distinct ones
  const size_t block_size = state_->block_size(options);
  for (size_t begin = 0; begin < distinct.first.size(); begin += block_size) {
    options.deadline.check();
    const size_t count = std::min(block_size, distinct.first.size() - begin);
    const ConstMatrix block =
        session->embed(encoded, std::span(distinct.first).subspan(begin, count), kQueryRows);
    laps.lap(&StageSeconds::embed);
    for (auto& answer : state_->recommend_block(*session, block, options, allowed,
                                                std::span(left_out.items).subspan(begin, count), laps))
      answers.push_back(std::move(answer));
  }
  if (answers.size() == encoded.rows) return answers;
  std::vector<std::vector<Recommendation>> all;
  for (uint32_t place : distinct.of) all.push_back(answers[place]);
  return all;
}

std::vector<Explanation> Recommender::explain(const std::vector<Column>& query,
                                              const std::vector<uint32_t>& items,
                                              const Deadline& deadline) const {
  const SessionPool::Lease session(state_->sessions);
  const FilledQueries filled(state_->context, query);
  return session->explain(filled.columns, items, deadline);
}

std::vector<float> Recommender::predict(const Record& query, const Record& candidate) const {
  std::vector<std::string> candidate_names = state_->candidate_columns;
  if (std::ranges::find(candidate_names, id_column()) == candidate_names.end())
    candidate_names.push_back(id_column());
  check_columns(query, state_->query_columns, "query");
  check_columns(candidate, candidate_names, "candidate");
  if (state_->bundle.spec.rankings.empty())
    throw usage_error("predict: the model has no [[ranking]] task, so it predicts nothing");
  const auto id = std::ranges::find(candidate, id_column(), &std::pair<std::string, std::string>::first);
  const bool by_id = id != candidate.end() && candidate.size() == 1;
  const auto item = by_id ? find_item(id->second) : std::nullopt;
  if (by_id && !item &&
      std::ranges::find(state_->candidate_columns, id_column()) == state_->candidate_columns.end()) {
    const std::string near = nearest_id(id->second);
    throw usage_error("candidate: there is no {} '{}'{}; of a new one the model needs {}", id_column(),
                      id->second, near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near),
                      fmt::join(state_->candidate_columns, ", "));
  }
  if (!item) {
    return predict(to_columns(query, state_->query_columns), to_columns(candidate, state_->candidate_columns))
        .front();
  }
  const SessionPool::Lease session(state_->sessions);
  const std::vector<Column> columns = to_columns(query, state_->query_columns);
  const FilledQueries filled(state_->context, columns);
  const ConstMatrix queries = session->embed(filled.columns, kQueryRows);
  return session->rank(queries, state_->bundle.candidate_embeddings(), {0}, {*item}).front();
}

std::vector<std::vector<float>> Recommender::predict(const std::vector<Column>& queries,
                                                     const std::vector<Column>& candidates,
                                                     UnseenCounts* unseen) const {
  if (state_->bundle.spec.rankings.empty())
    throw usage_error("predict: the model has no [[ranking]] task, so it predicts nothing");
  const SessionPool::Lease session(state_->sessions);
  const auto& [query, candidate] = state_->features;
  std::vector<uint64_t> of_query(query.size()), of_candidate(candidate.size());
  const FilledQueries filled(state_->context, queries);
  const ConstMatrix q = session->embed(filled.columns, kQueryRows, of_query);
  const ConstMatrix c = session->embed(candidates, kCandidateRows, of_candidate);
  if (unseen != nullptr) {
    *unseen = by_column(query, of_query);
    std::ranges::copy(by_column(candidate, of_candidate), std::back_inserter(*unseen));
  }
  return session->rank(q, c);
}

std::vector<std::vector<float>> Recommender::predict(
    const std::vector<Column>& queries, const std::vector<Column>& candidates,
    const std::vector<std::optional<uint32_t>>& items) const {
  if (state_->bundle.spec.rankings.empty())
    throw usage_error("predict: the model has no [[ranking]] task, so it predicts nothing");
  const SessionPool::Lease session(state_->sessions);
  const ConstMatrix known = state_->bundle.candidate_embeddings();
  ConstMatrix embedded;
  if (!std::ranges::all_of(items, [](const auto& item) { return item.has_value(); }))
    embedded = session->embed(candidates, kCandidateRows);
  Buffer memory(items.size(), known.cols);
  const Matrix mixed = memory.view(items.size(), known.cols);
  size_t next = 0;
  for (size_t i = 0; i < items.size(); ++i)
    std::copy_n(items[i] ? known.row(*items[i]) : embedded.row(next++), known.cols, mixed.row(i));
  const FilledQueries filled(state_->context, queries);
  const ConstMatrix q = session->embed(filled.columns, kQueryRows);
  return session->rank(q, mixed);
}

std::vector<SimilarItem> Recommender::similar(uint32_t item, Similarity by, int k,
                                              const Deadline& deadline) const {
  deadline.check();
  if (k < 1) throw usage_error("k = {}: needs to be at least 1", k);
  switch (by) {
    case Similarity::learned:
      return state_->index.most_similar(item, static_cast<size_t>(k));
    case Similarity::jaccard:
      return most_similar(jaccard_similarities(state_->bundle.items, item, deadline), item, k);
    case Similarity::cosine:
      break;
  }
  return most_similar(rating_similarities(state_->bundle.ratings, item_count(), item, deadline), item, k);
}

std::vector<std::vector<float>> Recommender::embed_queries(const std::vector<Column>& queries,
                                                           UnseenCounts* unseen) const {
  const SessionPool::Lease session(state_->sessions);
  std::vector<uint64_t> counts(state_->features.query.size());
  const FilledQueries filled(state_->context, queries);
  auto rows = to_rows(session->embed(filled.columns, kQueryRows, counts));
  if (unseen != nullptr) *unseen = by_column(state_->features.query, counts);
  return rows;
}

std::vector<std::vector<float>> Recommender::embed_candidates(const std::vector<Column>& candidates) const {
  const SessionPool::Lease session(state_->sessions);
  return to_rows(session->embed(candidates, kCandidateRows));
}

std::vector<std::string> Recommender::unseen(const Record& record, Side side) const {
  const FeatureMap& features = side == Side::query ? state_->features.query : state_->features.candidate;
  std::vector<std::string> messages;
  for (size_t i = 0; i < features.size(); ++i) {
    const std::string& name = features[i].column;
    const Column column = to_columns(record, {name}).front();
    std::deque<std::string> memory;
    EncodedColumn encoded;
    uint64_t count = 0;
    features[i].feature->encode(in_form(column, features.form(name), memory), encoded, &count);
    std::string message = fmt::format("{}: '{}' holds what the model has not seen", name, column.texts[0]);
    if (count > 0 && std::ranges::find(messages, message) == messages.end())
      messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace shortlist
