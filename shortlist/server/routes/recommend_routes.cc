// Routes for recommend, predict and similar, single and in batches.
#include <algorithm>
#include <utility>

#include "shortlist/io/json_writer.h"
#include "shortlist/recommend/gap_notes.h"
#include "shortlist/recommend/shown_predictions.h"
#include "shortlist/server/routes/filter_json.h"
#include "shortlist/server/routes/item_json.h"
#include "shortlist/server/routes/request_body.h"
#include "shortlist/server/routes/requests.h"
#include "shortlist/server/routes/route.h"

namespace shortlist {
namespace {

void check_range(const char* field, int value, int least, int most) {
  if (value < least || value > most)
    throw invalid_field(field, fmt::format("got {}, need {} to {}", value, least, most));
}

void check_size(const char* field, size_t size, size_t least, int most) {
  if (size < least || size > static_cast<size_t>(most))
    throw invalid_field(field, fmt::format("got {} entries, need {} to {}", size, least, most));
}

void check_order(const Recommender& recommender, const RecommendSettings& settings) {
  if (settings.blend && !(*settings.blend >= 0 && *settings.blend <= 1))
    throw invalid_field("blend", fmt::format("got {}, need a number from 0 to 1", *settings.blend));
  if (!settings.order || *settings.order == ListOrder::chosen) return;
  const auto needs = [&](const char* task) {
    return invalid_field("order",
                         fmt::format("'{}' needs a model with a {} task", enum_name(*settings.order), task));
  };
  if (*settings.order != ListOrder::score && recommender.labels().empty()) throw needs("[[ranking]]");
  if (*settings.order != ListOrder::predicted && !recommender.has_retrieval()) throw needs("[retrieval]");
}

// Ids to exclude for all queries, or a list of ids per query.
void read_exclusions(const Call& call, const std::vector<Value>& exclude, size_t queries,
                     RecommendOptions& options, std::vector<std::string>& warnings) {
  const auto lists = std::ranges::count_if(exclude, [](const Value& v) { return v.array() != nullptr; });
  if (lists == 0) {
    check_size("exclude", exclude.size(), 0, call.limits.max_list);
    options.exclude = read_ids(exclude, "exclude");
    add_unknown_ids(call.model->recommender, "exclude", options.exclude, warnings);
    return;
  }
  if (static_cast<size_t>(lists) != exclude.size())
    throw invalid_field("exclude", "need only ids, or only lists of ids, one for each query");
  if (exclude.size() != queries)
    throw invalid_field("exclude", fmt::format("got {} lists for {} queries", exclude.size(), queries));
  size_t all = 0;
  for (size_t i = 0; i < exclude.size(); ++i) {
    const std::string field = fmt::format("exclude.{}", i);
    options.exclude_each.push_back(read_ids(*exclude[i].array(), field));
    add_unknown_ids(call.model->recommender, field.c_str(), options.exclude_each.back(), warnings);
    all += options.exclude_each.back().size();
  }
  check_size("exclude", all, 0, call.limits.max_list);
}

RecommendOptions read_options(const Call& call, const RecommendSettings& settings,
                              std::vector<std::string>& warnings) {
  const Recommender& recommender = call.model->recommender;
  check_range("retrieve", settings.retrieve, 0, call.limits.max_retrieve);
  check_range("offset", settings.offset, 0, call.limits.max_retrieve - 1);
  // Lists end after max_retrieve items.
  const int k = std::min(read_k(settings.k, call.limits, "k"), call.limits.max_retrieve - settings.offset);
  check_order(recommender, settings);
  if (settings.allow) check_size("allow", settings.allow->size(), 0, call.limits.max_list);
  const int least = settings.retrieve > 0 ? settings.offset + k : 0;
  RecommendOptions options{.k = k,
                           .offset = settings.offset,
                           .retrieve = std::max(settings.retrieve, least),
                           .where = read_conditions(settings.filter, recommender),
                           .seen = settings.seen,
                           .order = settings.order,
                           .blend = settings.blend,
                           .seconds = &call.stages.engine,
                           .deadline = call.budget.deadline()};
  if (settings.allow) options.allow = read_ids(*settings.allow, "allow");
  if (options.allow) add_unknown_ids(recommender, "allow", *options.allow, warnings);
  for (std::string& note : recommender.notes(options.where)) warnings.push_back(std::move(note));
  return options;
}

// Checked before anything is computed, since k, batch size, retrieve, filters and explanations multiply.
void check_cost(const Call& call, size_t queries, const RecommendOptions& options, bool explained,
                const char* field) {
  const ModelCost& cost = call.model->cost;
  const size_t items = cost.items_of(options.k);
  const double explaining = explained ? cost.explain(queries, items) : 0;
  call.budget.check_expected_bytes(cost.answer_bytes(queries, items, explained), field);
  call.budget.check_operations(cost.recommend(queries, options) + explaining, field);
}

// The explanations of an answer's items. Empty if not requested.
std::vector<Explanation> explain(const Call& call, bool wanted, const RecordColumns& columns, size_t row,
                                 const std::vector<Recommendation>& answer) {
  if (!wanted) return {};
  std::vector<uint32_t> items;
  for (const Recommendation& r : answer) items.push_back(r.item);
  return call.model->recommender.explain(columns.row(row), items, call.budget.deadline());
}

void write_answer(const Call& call, const std::vector<Recommendation>& answer,
                  const std::vector<Explanation>& explanations, const RecommendOptions& options,
                  JsonWriter& json) {
  const Recommender& recommender = call.model->recommender;
  const std::vector<std::string> labels = recommender.labels();
  json.key("items").begin_array();
  for (size_t i = 0; i < answer.size(); ++i) {
    json.begin_object().member("rank", static_cast<size_t>(options.offset) + i + 1);
    write_item(recommender, answer[i].item, json);
    if (recommender.has_retrieval()) json.member("score", answer[i].score);
    write_predictions(labels, answer[i].predictions, json);
    if (!explanations.empty()) write_explanation(recommender, explanations[i], json);
    json.end_object();
    call.budget.check_written(json.text().size());
  }
  json.end_array().member("exact", *options.exact);
}

// Warnings about columns that are missing in the queries.
void add_gaps(const Call& call, const RecordColumns& columns, std::vector<std::string>& warnings) {
  const auto gaps = call.model->recommender.query_context().gaps(columns.columns());
  for (std::string& warning : warnings_of_gaps(gaps, columns.rows())) warnings.push_back(std::move(warning));
}

// Member "known_history" for the query in the columns' only row. Nothing if no history was filled in.
void write_known_history(const Call& call, const RecordColumns& columns, JsonWriter& json) {
  const QueryContext& context = call.model->recommender.query_context();
  bool begun = false;
  for (size_t c = 0; c < columns.columns().size(); ++c) {
    const std::vector<std::string> ids = context.known_history(columns.columns(), c, 0);
    if (ids.empty()) continue;
    if (!std::exchange(begun, true)) json.key("known_history").begin_object();
    json.key(call.model->query[c].column).begin_array();
    for (const std::string& id : ids) json.value(id);
    json.end_array();
    call.budget.check_written(json.text().size());
  }
  if (begun) json.end_object();
}

HttpResponse recommend(const Call& call) {
  RecommendOptions options;
  std::vector<std::string> warnings;
  RecordColumns columns(call.model->query);
  bool wants_explanations = false;
  {
    const StageTimer timer(call.stages.parse);
    auto request = read_body<RecommendRequest>(call.request);
    options = read_options(call, request, warnings);
    check_size("exclude", request.exclude.size(), 0, call.limits.max_list);
    options.exclude = read_ids(request.exclude, "exclude");
    add_unknown_ids(call.model->recommender, "exclude", options.exclude, warnings);
    wants_explanations = request.explain;
    columns.add(request.query, "query");
  }
  check_cost(call, 1, options, wants_explanations, "k");
  bool exact = true;
  options.exact = &exact;
  UnseenCounts unseen;
  options.unseen = &unseen;
  auto answer = call.model->recommender.recommend(columns.columns(), options).front();
  clamp_to_labels(call.model->recommender.bundle(), answer);
  const auto explanations = explain(call, wants_explanations, columns, 0, answer);
  const StageTimer timer(call.stages.write);
  JsonWriter json;
  json.begin_object();
  write_answer(call, answer, explanations, options, json);
  write_known_history(call, columns, json);
  add_unseen(call.model->recommender, unseen, columns.columns(), warnings);
  add_gaps(call, columns, warnings);
  write_warnings(warnings, json);
  write_model(*call.model, json);
  json.end_object();
  return {.body = json.take()};
}

HttpResponse recommend_batch(const Call& call) {
  RecommendOptions options;
  std::vector<std::string> warnings;
  RecordColumns columns(call.model->query);
  bool wants_explanations = false;
  {
    const StageTimer timer(call.stages.parse);
    auto request = read_body<RecommendBatchRequest>(call.request);
    options = read_options(call, request, warnings);
    wants_explanations = request.explain;
    check_size("queries", request.queries.size(), 1, call.limits.max_batch);
    read_exclusions(call, request.exclude, request.queries.size(), options, warnings);
    for (size_t i = 0; i < request.queries.size(); ++i)
      columns.add(request.queries[i], fmt::format("queries.{}", i));
  }
  check_cost(call, columns.rows(), options, wants_explanations, "queries");
  bool exact = true;
  options.exact = &exact;
  UnseenCounts unseen;
  options.unseen = &unseen;
  auto answers = call.model->recommender.recommend(columns.columns(), options);
  clamp_to_labels(call.model->recommender.bundle(), answers);
  JsonWriter json;
  json.begin_object().key("answers").begin_array();
  for (size_t i = 0; i < answers.size(); ++i) {
    const auto explanations = explain(call, wants_explanations, columns, i, answers[i]);
    const StageTimer timer(call.stages.write);
    json.begin_object();
    write_answer(call, answers[i], explanations, options, json);
    json.end_object();
  }
  json.end_array();
  add_unseen(call.model->recommender, unseen, columns.columns(), warnings);
  add_gaps(call, columns, warnings);
  write_warnings(warnings, json);
  write_model(*call.model, json);
  json.end_object();
  return {.body = json.take()};
}

uint32_t find_item(const Recommender& recommender, const std::string& id, const std::string& field) {
  if (const auto item = recommender.find_item(id)) return *item;
  const std::string message = no_such_item(recommender, id);
  throw Problem(404, "not_found", message, {{field, message}});
}

// The predictions of pairs, in order. An item is looked up by its id, or embedded from its columns.
std::vector<std::vector<float>> predict_pairs(const Call& call, const std::vector<PairRequest>& pairs,
                                              const std::string& field, std::vector<std::string>& warnings) {
  const Recommender& recommender = call.model->recommender;
  if (recommender.labels().empty())
    throw Problem(409, "no_ranking", "the model has no [[ranking]] task, so it predicts nothing");
  RecordColumns queries(call.model->query), items(call.model->item);
  std::vector<std::optional<uint32_t>> known;
  {
    const StageTimer timer(call.stages.parse);
    for (size_t i = 0; i < pairs.size(); ++i) {
      const std::string at = field.empty() ? "" : fmt::format("{}.{}.", field, i);
      queries.add(pairs[i].query, at + "query");
      if (pairs[i].id.has_value() == pairs[i].item.has_value())
        throw invalid_field(at + "id", "need either an id, or an item by its columns");
      known.push_back(pairs[i].id
                          ? std::optional(find_item(recommender, read_id(*pairs[i].id, at + "id"), at + "id"))
                          : std::nullopt);
      if (!known.back()) items.add(*pairs[i].item, at + "item");
    }
  }
  for (std::string& note : recommender.unknown_items(queries.columns())) warnings.push_back(std::move(note));
  add_gaps(call, queries, warnings);
  auto predictions = recommender.predict(queries.columns(), items.columns(), known);
  clamp_to_labels(recommender.bundle(), predictions);
  return predictions;
}

HttpResponse predict(const Call& call) {
  const auto request = read_body<PairRequest>(call.request);
  std::vector<std::string> warnings;
  const auto predictions = predict_pairs(call, {request}, "", warnings);
  const StageTimer timer(call.stages.write);
  JsonWriter json;
  json.begin_object();
  write_predictions(call.model->recommender.labels(), predictions.front(), json);
  write_warnings(warnings, json);
  write_model(*call.model, json);
  json.end_object();
  return {.body = json.take()};
}

HttpResponse predict_batch(const Call& call) {
  const auto request = read_body<PredictBatchRequest>(call.request);
  check_size("pairs", request.pairs.size(), 1, call.limits.max_batch);
  call.budget.check_operations(call.model->cost.predict(request.pairs.size()), "pairs");
  std::vector<std::string> warnings;
  const auto predictions = predict_pairs(call, request.pairs, "pairs", warnings);
  const StageTimer timer(call.stages.write);
  const std::vector<std::string> labels = call.model->recommender.labels();
  JsonWriter json;
  json.begin_object().key("answers").begin_array();
  for (const auto& row : predictions) {
    json.begin_object();
    write_predictions(labels, row, json);
    json.end_object();
  }
  json.end_array();
  write_warnings(warnings, json);
  write_model(*call.model, json);
  json.end_object();
  return {.body = json.take()};
}

void write_similar(const Call& call, const Value& id, Similarity by, int k, const std::string& field,
                   JsonWriter& json) {
  const Recommender& recommender = call.model->recommender;
  const uint32_t item = find_item(recommender, read_id(id, field), field);
  const std::vector<SimilarItem> found = recommender.similar(item, by, k, call.budget.deadline());
  json.key("item").begin_object();
  write_item(recommender, item, json);
  json.end_object().member("by", enum_name(by)).key("items").begin_array();
  for (size_t i = 0; i < found.size(); ++i) {
    json.begin_object().member("rank", i + 1);
    write_item(recommender, found[i].item, json);
    json.member("similarity", found[i].similarity).end_object();
    call.budget.check_written(json.text().size());
  }
  json.end_array();
}

void check_similar_cost(const Call& call, size_t items, int k, const char* field) {
  const ModelCost& cost = call.model->cost;
  call.budget.check_expected_bytes(cost.answer_bytes(items, cost.items_of(k), false), field);
  call.budget.check_operations(cost.similar(items), field);
}

HttpResponse similar(const Call& call) {
  const auto request = read_body<SimilarRequest>(call.request);
  const int k = read_k(request.k, call.limits, "k");
  check_similar_cost(call, 1, k, "k");
  JsonWriter json;
  json.begin_object();
  write_similar(call, request.id, request.by, k, "id", json);
  write_model(*call.model, json);
  json.end_object();
  return {.body = json.take()};
}

HttpResponse similar_batch(const Call& call) {
  const auto request = read_body<SimilarBatchRequest>(call.request);
  const int k = read_k(request.k, call.limits, "k");
  check_size("ids", request.ids.size(), 1, call.limits.max_batch);
  check_similar_cost(call, request.ids.size(), k, "ids");
  JsonWriter json;
  json.begin_object().key("answers").begin_array();
  for (size_t i = 0; i < request.ids.size(); ++i) {
    json.begin_object();
    write_similar(call, request.ids[i], request.by, k, fmt::format("ids.{}", i), json);
    json.end_object();
  }
  json.end_array();
  write_model(*call.model, json);
  json.end_object();
  return {.body = json.take()};
}

}  // namespace

void add_recommend_routes(Routes& routes) {
  routes.push_back({.method = "POST",
                    .path = "/v1/recommend",
                    .operation = "recommend",
                    .summary = "Recommend items for a query",
                    .request = "RecommendRequest",
                    .answer = "Recommendations",
                    .handler = recommend});
  routes.push_back({.method = "POST",
                    .path = "/v1/recommend/batch",
                    .operation = "recommend_batch",
                    .summary = "Recommend items for each of several queries",
                    .request = "RecommendBatchRequest",
                    .answer = "RecommendationBatch",
                    .slow = true,
                    .handler = recommend_batch});
  routes.push_back({.method = "POST",
                    .path = "/v1/predict",
                    .operation = "predict",
                    .summary = "Predict the labels of a query with an item",
                    .request = "PairRequest",
                    .answer = "Prediction",
                    .handler = predict});
  routes.push_back({.method = "POST",
                    .path = "/v1/predict/batch",
                    .operation = "predict_batch",
                    .summary = "Predict the labels of several pairs",
                    .request = "PredictBatchRequest",
                    .answer = "PredictionBatch",
                    .slow = true,
                    .handler = predict_batch});
  routes.push_back({.method = "POST",
                    .path = "/v1/similar",
                    .operation = "similar",
                    .summary = "Find items similar to an item",
                    .request = "SimilarRequest",
                    .answer = "SimilarItems",
                    .slow = true,
                    .handler = similar});
  routes.push_back({.method = "POST",
                    .path = "/v1/similar/batch",
                    .operation = "similar_batch",
                    .summary = "Find items similar to each of several items",
                    .request = "SimilarBatchRequest",
                    .answer = "SimilarBatch",
                    .slow = true,
                    .handler = similar_batch});
}

}  // namespace shortlist
