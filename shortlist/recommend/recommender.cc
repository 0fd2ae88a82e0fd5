#include "shortlist/recommend/recommender.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <deque>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/history.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/recommend/answer_queries.h"
#include "shortlist/recommend/item_cosines.h"
#include "shortlist/recommend/list_plan.h"
#include "shortlist/recommend/loaded_model.h"
#include "shortlist/recommend/predict_pairs.h"
#include "shortlist/recommend/record_columns.h"
#include "shortlist/recommend/similarity.h"
#include "shortlist/recommend/unseen_counts.h"

namespace shortlist {
namespace {

// A single query in the form that every kind of retriever reads.
struct OneQuery {
  OneQuery(const LoadedModel& model, const std::vector<Column>& query, const std::vector<Column>& filled) {
    model.features.query.encode(filled, encoded);
    batch = {.rows = 1, .features = &encoded, .feature_rows = {&row, 1}};
    if (!model.retriever().reads_users()) return;
    given = model.given.of_retriever(query, 0);
    user = given ? unknown_index : model.users.number(query, 0);
    history = given ? QueryHistory{*given, {}, {}} : model.taken.of(user);
    batch.users = {&user, 1};
    batch.histories = {&history, 1};
  }
  EncodedRows encoded;
  uint32_t row = 0, user = 0;
  std::optional<std::vector<uint32_t>> given;
  QueryHistory history;
  QueryBatch batch;
};

// A share of the retriever, such as that of the history that it reads, in the model's terms. It changes no
// prediction.
FeatureShare of_model(FeatureShare share, const LoadedModel& model) {
  if (share.column == HistorySettings::kind) share.feature = share.column = model.history_columns.at(0);
  share.predictions.resize(model.bundle.spec.labels.size());
  for (HistoryShare& item : share.history) item.predictions.resize(share.predictions.size());
  return share;
}

}  // namespace

struct Recommender::State {
  explicit State(Bundle bundle) : model(std::move(bundle)), cosines(model.bundle.item_vectors()) {}

  const LoadedModel model;
  const ItemCosines cosines;
};

Recommender::Recommender(Bundle bundle) : state_(std::make_unique<State>(std::move(bundle))) {}
Recommender::Recommender(Recommender&&) noexcept = default;
Recommender& Recommender::operator=(Recommender&&) noexcept = default;
Recommender::~Recommender() = default;

Recommender Recommender::load(const std::string& path) { return Recommender(load_bundle(path)); }

void Recommender::prepare(size_t calls) const { prepare_calls(state_->model, calls); }

const Bundle& Recommender::bundle() const { return state_->model.bundle; }
const QueryContext& Recommender::query_context() const { return state_->model.context; }
const std::string& Recommender::id_column() const { return state_->model.bundle.items.id_column; }
size_t Recommender::item_count() const { return state_->model.bundle.items.ids.size(); }
const std::string& Recommender::item_id(uint32_t item) const { return state_->model.bundle.items.ids[item]; }
std::string Recommender::nearest_id(const std::string& id) const {
  std::string near = nearest(id, state_->model.bundle.items.ids);
  if (!near.empty() || !display()) return near;
  std::vector<std::string> names;
  for (const AttributeValue& value : attributes()[*display()].values) {
    if (const auto* name = std::get_if<std::string>(&value)) names.push_back(*name);
  }
  return nearest(id, names);
}
std::optional<size_t> Recommender::display() const {
  return state_->model.bundle.items.find_attribute(state_->model.bundle.spec.display);
}
std::optional<size_t> Recommender::display_image() const {
  return state_->model.bundle.items.find_attribute(state_->model.bundle.spec.display_image);
}
const std::vector<std::string>& Recommender::attribute_names() const { return state_->model.attribute_names; }
const std::vector<Attribute>& Recommender::attributes() const {
  return state_->model.bundle.items.attributes;
}
std::string Recommender::attribute(size_t attribute, uint32_t item) const {
  const Attribute& of = attributes()[attribute];
  return text_of(of, of.values[item]);
}
const std::vector<std::string>& Recommender::query_columns() const { return state_->model.query_columns; }
const std::vector<std::string>& Recommender::item_columns() const { return state_->model.candidate_columns; }
const std::vector<std::string>& Recommender::history_columns() const { return state_->model.history_columns; }
std::vector<Column> Recommender::to_query(const Record& query) const {
  const std::vector<std::string> names =
      names_in(query, state_->model.query_columns, state_->model.history_columns);
  check_columns(query, names, "query");
  return to_columns(query, names);
}
std::vector<ColumnRequest> Recommender::query_requests() const {
  std::vector<ColumnRequest> requests = state_->model.features.query.requests();
  // The user and the history, if no feature reads them.
  const std::vector<std::string>& columns = state_->model.query_columns;
  for (size_t c = requests.size(); c < columns.size(); ++c) requests.push_back({columns[c], ReadAs::text});
  return requests;
}
std::vector<ColumnRequest> Recommender::item_requests() const {
  return state_->model.features.candidate.requests();
}
ListOrder Recommender::list_order() const { return plan_list({}, state_->model.bundle).order; }
bool Recommender::has_item_vectors() const { return state_->model.bundle.item_vectors().rows > 0; }
bool Recommender::has_retrieval() const { return state_->model.retriever().has_scores(); }

std::vector<std::string> Recommender::labels() const {
  std::vector<std::string> labels;
  for (const AnswerSpec::Label& label : state_->model.bundle.spec.labels) labels.push_back(label.name);
  return labels;
}

std::optional<uint32_t> Recommender::find_item(const std::string& id) const {
  return state_->model.filter.find(id);
}

std::vector<uint8_t> Recommender::eligible_items(const RecommendOptions& options) const {
  return state_->model.filter.eligible(options);
}

std::vector<std::string> Recommender::notes(const std::vector<Condition>& conditions) const {
  return state_->model.filter.notes(conditions);
}

std::vector<Recommendation> Recommender::recommend(const Record& query,
                                                   const RecommendOptions& options) const {
  return recommend(to_query(query), options).front();
}

std::vector<std::vector<Recommendation>> Recommender::recommend(const std::vector<Column>& queries,
                                                                const RecommendOptions& options) const {
  return answer_queries(state_->model, queries, options);
}

std::vector<Explanation> Recommender::explain(const std::vector<Column>& query,
                                              const std::vector<uint32_t>& items,
                                              const Deadline& deadline) const {
  const LoadedModel& model = state_->model;
  const FilledQueries filled(model.context, query);
  std::vector<Explanation> explanations(items.size());
  if (model.sessions) {
    const SessionPool::Lease session(*model.sessions);
    explanations = session->explain(filled.columns, items, deadline);
  }
  if (model.retriever().scores_by_towers()) return explanations;
  OneQuery one(model, query, filled.columns);
  Buffer vector;  // of the query, which a retriever with towers among others reads
  if (model.sessions) {
    const SessionPool::Lease session(*model.sessions);
    const ConstMatrix embedded = session->embed(one.encoded, {&one.row, 1}, kQueryRows);
    vector = Buffer(1, embedded.cols);
    std::ranges::copy(embedded.row_span(0), vector.data());
    one.batch.vectors = vector.view(1, embedded.cols);
  }
  const std::vector<Explanation> own = model.retriever().explain(one.batch, items, deadline);
  for (size_t i = 0; i < own.size(); ++i) {
    explanations[i].method = own[i].method;
    explanations[i].constant = own[i].constant;
    for (const FeatureShare& share : own[i].features)
      explanations[i].features.push_back(of_model(share, model));
  }
  return explanations;
}

std::vector<float> Recommender::predict(const Record& query, const Record& item) const {
  std::vector<std::string> item_names = state_->model.candidate_columns;
  if (std::ranges::find(item_names, id_column()) == item_names.end()) item_names.push_back(id_column());
  const std::vector<Column> columns = to_query(query);
  check_columns(item, item_names, "item");
  check_predicts(state_->model);
  const auto id = std::ranges::find(item, id_column(), &std::pair<std::string, std::string>::first);
  const bool by_id = id != item.end() && item.size() == 1;
  const auto known = by_id ? find_item(id->second) : std::nullopt;
  if (by_id && !known &&
      std::ranges::find(state_->model.candidate_columns, id_column()) ==
          state_->model.candidate_columns.end()) {
    const std::string near = nearest_id(id->second);
    throw usage_error("item: there is no {} '{}'{}; for a new one the model needs {}", id_column(),
                      id->second, near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near),
                      fmt::join(state_->model.candidate_columns, ", "));
  }
  return predict_pair(state_->model, columns, item, known);
}

std::vector<std::vector<float>> Recommender::predict(const std::vector<Column>& queries,
                                                     const std::vector<Column>& items,
                                                     UnseenCounts* unseen) const {
  return predict_pairs(state_->model, queries, items, unseen);
}

std::vector<std::vector<float>> Recommender::predict(
    const std::vector<Column>& queries, const std::vector<Column>& items,
    const std::vector<std::optional<uint32_t>>& known) const {
  return predict_pairs(state_->model, queries, items, known);
}

std::vector<SimilarItem> Recommender::similar(uint32_t item, Similarity by, int k,
                                              const Deadline& deadline) const {
  deadline.check();
  if (k < 1) throw usage_error("k = {}: needs to be at least 1", k);
  switch (by) {
    case Similarity::learned:
      state_->model.bundle.need_item_vectors("similar by learned");
      return state_->cosines.most_similar(item, static_cast<size_t>(k));
    case Similarity::jaccard:
      return most_similar(jaccard_similarities(state_->model.bundle.items, item, display_image(), deadline),
                          item, k);
    case Similarity::cosine:
      break;
  }
  return most_similar(rating_similarities(state_->model.bundle.ratings, item_count(), item, deadline), item,
                      k);
}

std::vector<std::vector<float>> Recommender::embed_queries(const std::vector<Column>& queries,
                                                           UnseenCounts* unseen) const {
  return shortlist::embed_queries(state_->model, queries, unseen);
}

std::vector<std::vector<float>> Recommender::embed_items(const std::vector<Column>& items) const {
  return shortlist::embed_candidates(state_->model, items);
}

std::vector<std::string> Recommender::unknown_items(const std::vector<Column>& queries) const {
  return state_->model.given.notes(queries);
}

std::vector<std::string> Recommender::unseen(const Record& record, Side side) const {
  const bool is_query = side == Side::query;
  const FeatureMap& features = is_query ? state_->model.features.query : state_->model.features.candidate;
  const std::vector<Column> columns =
      is_query ? to_query(record) : to_columns(record, state_->model.candidate_columns);
  std::vector<std::string> messages =
      is_query ? state_->model.given.notes(columns) : std::vector<std::string>();
  for (size_t i = 0; i < features.size(); ++i) {
    if (features[i].feature->kind() == HistorySettings::kind) continue;
    const std::string& name = features[i].column;
    const Column& column = columns[features.column_of(i)];
    std::deque<std::string> memory;
    std::vector<Column> formed;
    for (const size_t c : features.columns_of(i))
      formed.push_back(in_form(columns[c], features.form(features.columns()[c]), memory));
    std::vector<const Column*> read;
    for (const Column& one : formed) read.push_back(&one);
    EncodedColumn encoded;
    uint64_t count = 0;
    features[i].feature->encode_rows(read, encoded, &count);
    std::string message = fmt::format("{}: the model has not seen the value '{}'", name, column.texts[0]);
    if (count > 0 && std::ranges::find(messages, message) == messages.end())
      messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace shortlist
