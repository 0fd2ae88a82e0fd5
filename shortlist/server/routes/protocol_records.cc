#include "shortlist/server/routes/protocol_records.h"

#include <algorithm>

#include "shortlist/recommend/shown_predictions.h"
#include "shortlist/server/routes/item_json.h"
#include "shortlist/server/routes/request_body.h"

namespace shortlist {
namespace {

void check_batch(const Call& call, size_t records) {
  if (records < 1 || records > static_cast<size_t>(call.limits.max_batch))
    throw Problem(400, "invalid_batch",
                  fmt::format("got {} rows, need 1 to {}", records, call.limits.max_batch));
}

bool is_query_column(const ServedModel& model, std::string_view column) {
  return std::ranges::find(model.query, column, &FormField::column) != model.query.end();
}

}  // namespace

std::vector<Value> to_records(const std::vector<std::pair<std::string, Value::Array>>& columns) {
  if (columns.empty()) throw Problem(400, "no_inputs", "got no input");
  std::vector<Value> records;
  for (size_t row = 0; row < columns.front().second.size(); ++row) {
    Value::Table record;
    for (const auto& [name, values] : columns) {
      if (values.size() != columns.front().second.size()) {
        throw Problem(400, "uneven_inputs",
                      fmt::format("input '{}' has {} rows but '{}' {}", name, values.size(),
                                  columns.front().first, columns.front().second.size()));
      }
      record.emplace_back(name, values[row]);
    }
    records.emplace_back(std::move(record));
  }
  return records;
}

BestItems best_items(const Call& call, const std::vector<Value>& records, int k) {
  check_batch(call, records.size());
  RecordColumns columns(call.model->query);
  for (size_t i = 0; i < records.size(); ++i) columns.add(records[i], fmt::format("instances.{}", i));
  const Recommender& recommender = call.model->recommender;
  k = std::min(k, static_cast<int>(recommender.item_count()));
  // The protocols' clients expect descending scores.
  const ListOrder order = recommender.has_retrieval() ? ListOrder::score : ListOrder::predicted;
  const RecommendOptions options{
      .k = k, .order = order, .seconds = &call.stages.engine, .deadline = call.budget.deadline()};
  const ModelCost& cost = call.model->cost;
  call.budget.check_expected_bytes(cost.answer_bytes(records.size(), static_cast<size_t>(k), false),
                                   "instances");
  call.budget.check_operations(cost.recommend(records.size(), options), "instances");
  BestItems best{recommender.recommend(columns.columns(), options)};
  // A tensor's rows have equal lengths, but users have seen different numbers of items.
  const size_t shortest =
      std::ranges::min_element(best.rows, {}, [](const auto& row) { return row.size(); })->size();
  for (auto& row : best.rows) row.resize(shortest);
  clamp_to_labels(recommender.bundle(), best.rows);
  return best;
}

bool names_items(const ServedModel& model, const std::vector<Value>& records) {
  const std::string& id = model.recommender.id_column();
  return !records.empty() && !is_query_column(model, id) && records.front().find(id) != nullptr;
}

std::vector<std::vector<float>> predict_records(const Call& call, const std::vector<Value>& records) {
  check_batch(call, records.size());
  const Recommender& recommender = call.model->recommender;
  if (recommender.labels().empty())
    throw Problem(400, "no_ranking", "the model has no [[ranking]] task, so it predicts nothing");
  call.budget.check_operations(call.model->cost.predict(records.size()), "instances");
  RecordColumns queries(call.model->query);
  std::vector<std::optional<uint32_t>> items;
  for (size_t i = 0; i < records.size(); ++i) {
    const std::string field = fmt::format("instances.{}", i);
    Value::Table query;
    std::optional<std::string> id;
    if (records[i].table() == nullptr) throw invalid_field(field, "need an object of values by column");
    for (const auto& [name, value] : *records[i].table()) {
      if (name == recommender.id_column())
        id = read_id(value, field + "." + name);
      else
        query.emplace_back(name, value);
    }
    if (!id) throw invalid_field(field, fmt::format("need '{}', the item's id", recommender.id_column()));
    queries.add(Value(std::move(query)), field);
    items.push_back(recommender.find_item(*id));
    if (!items.back()) throw Problem(404, "not_found", no_such_item(recommender, *id));
  }
  auto predictions = recommender.predict(queries.columns(), {}, items);
  clamp_to_labels(recommender.bundle(), predictions);
  return predictions;
}

void add_protocol_route(Routes& routes, const char* method, std::string path, std::string operation,
                        const char* summary, const char* request, Handler handler) {
  const bool posts = std::string_view(method) == "POST";
  routes.push_back({.method = method,
                    .path = std::move(path),
                    .operation = std::move(operation),
                    .summary = summary,
                    .request = posts ? request : "",
                    .answer = "Document",
                    .plain_errors = true,
                    .slow = posts,
                    .handler = std::move(handler)});
}

Handler of_version(Handler handler, const char* absent) {
  return [handler = std::move(handler), absent](const Call& call) {
    const std::string &name = call.model->name, &version = call.parameters.at(1);
    if (version != std::to_string(call.model->generation))
      throw Problem(404, "no_version", fmt::format(fmt::runtime(absent), name, version));
    return handler(call);
  };
}

}  // namespace shortlist
