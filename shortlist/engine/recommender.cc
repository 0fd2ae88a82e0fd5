#include "shortlist/engine/recommender.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <numeric>

#include "shortlist/bundle/bundle.h"
#include "shortlist/engine/catalogue_index.h"
#include "shortlist/engine/item_filter.h"
#include "shortlist/engine/query_explainer.h"
#include "shortlist/engine/similarity.h"
#include "shortlist/features/cell.h"
#include "shortlist/losses/rating_loss.h"
#include "shortlist/math/top_k.h"
#include "shortlist/model/plan.h"

namespace shortlist {
namespace {

constexpr size_t kQueriesABlock = 48;

// What one thread at a time works with.
struct Session {
  Session(const ModelSpec& spec, Parameters& parameters, bool ranking)
      : query(spec, parameters, {.outputs = {spec.query}}),
        candidate(spec, parameters, {.outputs = {spec.candidate}}) {
    if (ranking)
      this->ranking.emplace(spec, parameters,
                            PlanOptions{.outputs = spec.rankings, .given = {spec.query, spec.candidate}});
  }
  ThreadPool pool{1};
  Plan query, candidate;
  std::optional<Plan> ranking;
  Buffer queries, candidates;
  // Made when an explanation is first asked for: the vectors of a query's features, and what takes them
  // apart.
  std::optional<Plan> features;
  std::unique_ptr<QueryExplainer> explainer;
};

// The nodes where the query's features enter, in the tower's order.
std::vector<int> query_feature_nodes(const ModelSpec& spec) {
  std::vector<int> nodes;
  for (size_t i = 0; i < spec.nodes.size(); ++i) {
    const Node& node = spec.nodes[i];
    if (node.domain != Domain::query || node.feature < 0) continue;
    nodes.resize(std::max(nodes.size(), static_cast<size_t>(node.feature) + 1));
    nodes[static_cast<size_t>(node.feature)] = static_cast<int>(i);
  }
  return nodes;
}

std::vector<uint32_t> count_up(size_t count) {
  std::vector<uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

// A record's values as columns of one row each.
std::vector<Column> to_columns(const Record& record, const std::vector<std::string>& names) {
  std::vector<Column> columns;
  for (const std::string& name : names) {
    Column& column = columns.emplace_back();
    column.rows = 1;
    const auto at = std::ranges::find(record, name, &std::pair<std::string, std::string>::first);
    column.texts.push_back(at == record.end() ? std::string_view() : std::string_view(at->second));
    if (at == record.end()) column.missing = {1};
  }
  return columns;
}

void check_columns(const Record& record, const std::vector<std::string>& known, const char* what) {
  for (const auto& [name, value] : record) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string near = nearest(name, known);
    throw usage_error("{}: the model knows no column '{}'{} (it knows: {})", what, name,
                      near.empty() ? "" : fmt::format("; did you mean '{}'?", near), fmt::join(known, ", "));
  }
}

}  // namespace

struct Recommender::State {
  explicit State(const std::string& path) : bundle(load_bundle(path)), index(bundle), filter(bundle.items) {
    query = bundle.features.select(bundle.config.query.features);
    candidate = bundle.features.select(bundle.config.candidate.features);
    query_columns = query.columns();
    candidate_columns = candidate.columns();
  }

  std::unique_ptr<Session> take() const {
    {
      std::lock_guard lock(mutex);
      if (!free.empty()) {
        auto session = std::move(free.back());
        free.pop_back();
        return session;
      }
    }
    return std::make_unique<Session>(bundle.spec, *bundle.parameters, !bundle.spec.rankings.empty());
  }
  void give_back(std::unique_ptr<Session> session) const {
    std::lock_guard lock(mutex);
    free.push_back(std::move(session));
  }

  ConstMatrix embed(Session& session, const std::vector<Column>& columns, Domain domain) const {
    const bool is_query = domain == Domain::query;
    EncodedRows encoded;
    (is_query ? query : candidate).encode(columns, encoded);
    const std::vector<uint32_t> rows = count_up(columns.front().rows);
    Batch batch;
    (is_query ? batch.queries : batch.candidates) = &encoded;
    (is_query ? batch.query_rows : batch.candidate_rows) = rows;
    Plan& plan = is_query ? session.query : session.candidate;
    plan.forward(session.pool, batch);
    const Matrix output = plan.output(is_query ? bundle.spec.query : bundle.spec.candidate);
    Buffer& to = is_query ? session.queries : session.candidates;
    to.reserve(output.rows * output.cols);
    const Matrix copied = to.view(output.rows, output.cols);
    for (size_t r = 0; r < output.rows; ++r) std::copy_n(output.row(r), output.cols, copied.row(r));
    return copied;
  }

  // What each feature of a query gives to the tower.
  std::vector<std::vector<float>> feature_vectors(Session& session,
                                                  const std::vector<Column>& columns) const {
    const std::vector<int> nodes = query_feature_nodes(bundle.spec);
    if (!session.features)
      session.features.emplace(bundle.spec, *bundle.parameters, PlanOptions{.outputs = nodes});
    EncodedRows encoded;
    query.encode(columns, encoded);
    Batch batch;
    batch.queries = &encoded;
    const uint32_t first = 0;
    batch.query_rows = {&first, 1};
    session.features->forward(session.pool, batch);
    std::vector<std::vector<float>> vectors;
    for (int node : nodes) {
      const auto row = session.features->output(node).row_span(0);
      vectors.emplace_back(row.begin(), row.end());
    }
    return vectors;
  }

  // Without retrieval every allowed item goes to the ranking.
  Found everything(const std::vector<uint8_t>& allowed) const {
    Found all;
    for (uint32_t i = 0; i < bundle.items.ids.size(); ++i) {
      if (allowed.empty() || allowed[i]) all.best.push_back({i, 0});
    }
    return all;
  }

  // Fills predictions[i][task] of pairs (query[i], item[i]).
  void rank(Session& session, ConstMatrix queries, ConstMatrix candidates,
            const std::vector<uint32_t>& query_rows, const std::vector<uint32_t>& candidate_rows,
            std::vector<std::vector<float>>& predictions) const {
    const ModelSpec& spec = bundle.spec;
    session.ranking->give(spec.query, queries);
    session.ranking->give(spec.candidate, candidates);
    Batch batch;
    batch.pair_query.source = query_rows;
    batch.pair_candidate.source = candidate_rows;
    session.ranking->forward(session.pool, batch);
    predictions.assign(query_rows.size(), std::vector<float>(spec.rankings.size()));
    for (size_t t = 0; t < spec.rankings.size(); ++t) {
      const Matrix output = session.ranking->output(spec.rankings[t]);
      for (size_t i = 0; i < query_rows.size(); ++i) {
        predictions[i][t] = predicted_label(bundle.config.ranking[t].loss, output(i, 0));
      }
    }
  }

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

  // Predicts each item with the whole query and without each of its features.
  void explain_predictions(Session& session, const std::vector<Column>& columns,
                           const std::vector<uint32_t>& items, std::vector<Explanation>& explanations) const {
    const ConstMatrix without = session.explainer->leave_each_out();
    const ConstMatrix with = embed(session, columns, Domain::query);
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
    std::vector<std::vector<float>> predictions;
    rank(session, queries, bundle.candidate_embeddings(), query_rows, item_rows, predictions);
    for (size_t i = 0; i < items.size(); ++i) {
      const auto* all = &predictions[i * queries.rows];
      for (size_t f = 0; f < without.rows; ++f) {
        for (size_t t = 0; t < all->size(); ++t)
          explanations[i].features[f].predictions.push_back(double{all[0][t]} - double{all[f + 1][t]});
      }
    }
  }

  std::vector<std::vector<Recommendation>> recommend_block(Session& session, ConstMatrix queries,
                                                           const RecommendOptions& options,
                                                           const std::vector<uint8_t>& allowed,
                                                           Laps& laps) const {
    const bool ranks = session.ranking.has_value();
    const size_t k = static_cast<size_t>(options.k);
    const size_t wanted = ranks ? options.candidates() : k;
    const std::vector<Found> found = bundle.config.retrieval
                                         ? index.search(queries, wanted, allowed)
                                         : std::vector<Found>(queries.rows, everything(allowed));
    if (options.exact != nullptr)
      *options.exact &= std::ranges::all_of(found, [](const Found& f) { return f.exact; });
    laps.lap(&StageSeconds::retrieve);
    std::vector<std::vector<Recommendation>> answers(queries.rows);
    std::vector<uint32_t> query_rows, item_rows;
    for (size_t q = 0; q < queries.rows; ++q) {
      for (const Scored& candidate : found[q].best) {
        answers[q].push_back({candidate.index, candidate.score, {}});
        query_rows.push_back(static_cast<uint32_t>(q));
        item_rows.push_back(candidate.index);
      }
    }
    if (ranks && !query_rows.empty()) {
      std::vector<std::vector<float>> predictions;
      rank(session, queries, bundle.candidate_embeddings(), query_rows, item_rows, predictions);
      size_t at = 0;
      for (auto& answer : answers) {
        for (Recommendation& recommendation : answer)
          recommendation.predictions = std::move(predictions[at++]);
        std::ranges::stable_sort(answer, std::greater(),
                                 [](const Recommendation& r) { return r.predictions[0]; });
      }
    }
    for (auto& answer : answers) answer.resize(std::min(answer.size(), k));
    laps.lap(&StageSeconds::rank);
    return answers;
  }

  // Asks each of so many sessions once, with a query of zeros.
  void prepare(size_t calls) const {
    std::vector<std::unique_ptr<Session>> sessions;
    while (sessions.size() < calls) sessions.push_back(take());
    const size_t width = static_cast<size_t>(bundle.spec.at(bundle.spec.query).width);
    const Buffer zeros(1, width);
    Laps nobody(nullptr);
    for (auto& session : sessions) {
      recommend_block(*session, zeros.view(1, width), {}, {}, nobody);
      give_back(std::move(session));
    }
  }

  const Bundle bundle;
  const CatalogueIndex index;
  const ItemFilter filter;
  FeatureMap query, candidate;
  std::vector<std::string> query_columns, candidate_columns;
  mutable std::mutex mutex;
  mutable std::vector<std::unique_ptr<Session>> free;
};

namespace {

// Takes a session for as long as a call lasts.
template <typename State>
class Lease {
 public:
  explicit Lease(const State& state) : state_(state), session_(state.take()) {}
  ~Lease() { state_.give_back(std::move(session_)); }
  Session& operator*() const { return *session_; }

 private:
  const State& state_;
  std::unique_ptr<Session> session_;
};

std::vector<Column> slice(const std::vector<Column>& columns, size_t begin, size_t end) {
  std::vector<uint32_t> rows(end - begin);
  std::iota(rows.begin(), rows.end(), static_cast<uint32_t>(begin));
  std::vector<Column> part;
  for (const Column& column : columns) part.push_back(take_rows(column, rows));
  return part;
}

}  // namespace

Recommender::Recommender(std::unique_ptr<State> state) : state_(std::move(state)) {}
Recommender::Recommender(Recommender&&) noexcept = default;
Recommender& Recommender::operator=(Recommender&&) noexcept = default;
Recommender::~Recommender() = default;
Recommender Recommender::load(const std::string& bundle) {
  return Recommender(std::make_unique<State>(bundle));
}

void Recommender::prepare(size_t calls) const { state_->prepare(calls); }

const Bundle& Recommender::bundle() const { return state_->bundle; }
const std::string& Recommender::id_column() const { return state_->bundle.items.id_column; }
size_t Recommender::item_count() const { return state_->bundle.items.ids.size(); }
const std::string& Recommender::item_id(uint32_t item) const { return state_->bundle.items.ids[item]; }
std::string Recommender::nearest_id(const std::string& id) const {
  return nearest(id, state_->bundle.items.ids);
}
const std::vector<std::string>& Recommender::attribute_names() const {
  return state_->bundle.items.attribute_names;
}
const std::string& Recommender::attribute(size_t attribute, uint32_t item) const {
  return state_->bundle.items.attributes[attribute][item];
}
const std::vector<std::string>& Recommender::query_columns() const { return state_->query_columns; }
const std::vector<std::string>& Recommender::candidate_columns() const { return state_->candidate_columns; }
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

std::vector<Recommendation> Recommender::recommend(const Record& query,
                                                   const RecommendOptions& options) const {
  check_columns(query, state_->query_columns, "query");
  return recommend(to_columns(query, state_->query_columns), options).front();
}

std::vector<std::vector<Recommendation>> Recommender::recommend(const std::vector<Column>& queries,
                                                                const RecommendOptions& options) const {
  if (options.k < 1) throw usage_error("k = {}: needs to be at least 1", options.k);
  if (options.retrieve != 0 && options.retrieve < options.k) {
    throw usage_error("retrieve = {}: needs to be at least k = {}", options.retrieve, options.k);
  }
  State::Laps laps(options.seconds);
  const std::vector<uint8_t> allowed = state_->filter.eligible(options);
  laps.lap(&StageSeconds::filter);
  if (options.exact != nullptr) *options.exact = true;
  const Lease session(*state_);
  const auto embed_block = [&](size_t begin, size_t end) {
    try {
      return state_->embed(*session, slice(queries, begin, end), Domain::query);
    } catch (const RowError& error) {
      throw error.after(begin);
    }
  };
  std::vector<std::vector<Recommendation>> answers;
  for (size_t begin = 0; begin < queries.front().rows; begin += kQueriesABlock) {
    const size_t end = std::min(begin + kQueriesABlock, queries.front().rows);
    const ConstMatrix block = embed_block(begin, end);
    laps.lap(&StageSeconds::embed);
    for (auto& answer : state_->recommend_block(*session, block, options, allowed, laps))
      answers.push_back(std::move(answer));
  }
  return answers;
}

std::vector<Explanation> Recommender::explain(const std::vector<Column>& query,
                                              const std::vector<uint32_t>& items) const {
  const Lease session(*state_);
  const Bundle& bundle = state_->bundle;
  if ((*session).explainer == nullptr)
    (*session).explainer = std::make_unique<QueryExplainer>(bundle.spec, *bundle.parameters);
  QueryExplainer& explainer = *(*session).explainer;
  explainer.set_query(state_->feature_vectors(*session, query));
  std::vector<Explanation> explanations(items.size());
  for (Explanation& explanation : explanations) {
    explanation.method = enum_name(explainer.method());
    for (size_t f = 0; f < state_->query.size(); ++f)
      explanation.features.push_back({state_->query[f].name, state_->query[f].column, 0, {}});
  }
  if (has_retrieval()) {
    std::vector<std::span<const float>> candidates;
    for (uint32_t item : items) candidates.push_back(bundle.candidate_embeddings().row_span(item));
    const auto parts = explainer.parts(candidates);
    for (size_t i = 0; i < items.size(); ++i) {
      explanations[i].constant = parts[i].constant;
      for (size_t f = 0; f < parts[i].features.size(); ++f)
        explanations[i].features[f].score = parts[i].features[f];
    }
  }
  if (!bundle.spec.rankings.empty()) state_->explain_predictions(*session, query, items, explanations);
  return explanations;
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
  const Lease session(*state_);
  std::vector<std::vector<float>> predictions;
  const ConstMatrix queries =
      state_->embed(*session, to_columns(query, state_->query_columns), Domain::query);
  state_->rank(*session, queries, state_->bundle.candidate_embeddings(), {0}, {*item}, predictions);
  return predictions.front();
}

std::vector<std::vector<float>> Recommender::predict(const std::vector<Column>& queries,
                                                     const std::vector<Column>& candidates) const {
  if (state_->bundle.spec.rankings.empty())
    throw usage_error("predict: the model has no [[ranking]] task, so it predicts nothing");
  const Lease session(*state_);
  const ConstMatrix q = state_->embed(*session, queries, Domain::query);
  const ConstMatrix c = state_->embed(*session, candidates, Domain::candidate);
  const std::vector<uint32_t> rows = count_up(q.rows);
  std::vector<std::vector<float>> predictions;
  state_->rank(*session, q, c, rows, rows, predictions);
  return predictions;
}

std::vector<std::vector<float>> Recommender::predict(
    const std::vector<Column>& queries, const std::vector<Column>& candidates,
    const std::vector<std::optional<uint32_t>>& items) const {
  if (state_->bundle.spec.rankings.empty())
    throw usage_error("predict: the model has no [[ranking]] task, so it predicts nothing");
  const Lease session(*state_);
  const ConstMatrix known = state_->bundle.candidate_embeddings();
  ConstMatrix embedded;
  if (!std::ranges::all_of(items, [](const auto& item) { return item.has_value(); }))
    embedded = state_->embed(*session, candidates, Domain::candidate);
  Buffer memory(items.size(), known.cols);
  const Matrix mixed = memory.view(items.size(), known.cols);
  size_t next = 0;
  for (size_t i = 0; i < items.size(); ++i)
    std::copy_n(items[i] ? known.row(*items[i]) : embedded.row(next++), known.cols, mixed.row(i));
  const ConstMatrix q = state_->embed(*session, queries, Domain::query);
  const std::vector<uint32_t> rows = count_up(items.size());
  std::vector<std::vector<float>> predictions;
  state_->rank(*session, q, mixed, rows, rows, predictions);
  return predictions;
}

std::vector<SimilarItem> Recommender::similar(uint32_t item, Similarity by, int k) const {
  if (k < 1) throw usage_error("k = {}: needs to be at least 1", k);
  switch (by) {
    case Similarity::learned:
      return state_->index.most_similar(item, static_cast<size_t>(k));
    case Similarity::jaccard:
      return most_similar(jaccard_similarities(state_->bundle.items, item), item, k);
    case Similarity::cosine:
      break;
  }
  return most_similar(rating_similarities(state_->bundle.ratings, item_count(), item), item, k);
}

namespace {

std::vector<std::vector<float>> to_rows(ConstMatrix matrix) {
  std::vector<std::vector<float>> rows;
  for (size_t r = 0; r < matrix.rows; ++r) rows.emplace_back(matrix.row(r), matrix.row(r) + matrix.cols);
  return rows;
}

}  // namespace

std::vector<std::vector<float>> Recommender::embed_queries(const std::vector<Column>& queries) const {
  const Lease session(*state_);
  return to_rows(state_->embed(*session, queries, Domain::query));
}

std::vector<std::vector<float>> Recommender::embed_candidates(const std::vector<Column>& candidates) const {
  const Lease session(*state_);
  return to_rows(state_->embed(*session, candidates, Domain::candidate));
}

std::vector<std::string> Recommender::unseen(const Record& record, Side side) const {
  const FeatureMap& features = side == Side::query ? state_->query : state_->candidate;
  std::vector<std::string> messages;
  for (size_t i = 0; i < features.size(); ++i) {
    const std::string& name = features[i].column;
    const Column column = to_columns(record, {name}).front();
    EncodedColumn encoded;
    uint64_t count = 0;
    features[i].feature->encode(column, encoded, &count);
    std::string message = fmt::format("{}: '{}' holds what the model has not seen", name, column.texts[0]);
    if (count > 0 && std::ranges::find(messages, message) == messages.end())
      messages.push_back(std::move(message));
  }
  return messages;
}

std::vector<std::pair<std::string, uint64_t>> Recommender::count_unseen(
    const std::vector<Column>& queries) const {
  EncodedRows encoded;
  std::vector<uint64_t> unseen(state_->query.size());
  state_->query.encode(queries, encoded, unseen);
  std::vector<std::pair<std::string, uint64_t>> counts;
  for (size_t i = 0; i < unseen.size(); ++i) counts.emplace_back(state_->query[i].column, unseen[i]);
  return counts;
}

}  // namespace shortlist
