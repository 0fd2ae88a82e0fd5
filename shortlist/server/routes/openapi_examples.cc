#include "shortlist/server/routes/openapi_examples.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace shortlist {
namespace {

using nlohmann::json;

// Null if the model does not know which values a column takes.
json example_value(const FormField& field) {
  switch (field.input) {
    case InputKind::number:
    case InputKind::time:
      return field.least ? json(*field.least) : json();
    case InputKind::vector:
      return {};
    case InputKind::several:
      return field.choices.empty() ? json() : json::array({field.choices.front()});
    case InputKind::one:
    case InputKind::words:
      break;
  }
  return field.choices.empty() ? json() : json(field.choices.front());
}

json example_query(const ServedModel& model) {
  json query = json::object();
  for (const FormField& field : model.query)
    if (json value = example_value(field); !value.is_null()) query[field.column] = std::move(value);
  return query;
}

std::string example_id(const ServedModel& model) {
  return model.recommender.item_count() > 0 ? model.recommender.item_id(0) : "";
}

// For Open Inference: one tensor per column, with one row.
json example_tensors(const ServedModel& model) {
  json tensors = json::array();
  const json query = example_query(model);
  for (const auto& [column, value] : query.items()) {
    const json& one = value.is_array() ? value.front() : value;
    tensors.push_back({{"name", column},
                       {"shape", json::array({1})},
                       {"datatype", one.is_number() ? "FP64" : "BYTES"},
                       {"data", json::array({one})}});
  }
  return tensors;
}

}  // namespace

json example_body(const std::string& schema, const ServedModel& model, const Limits& limits) {
  const int k = std::min(5, limits.max_k);
  const json query = example_query(model), id = example_id(model);
  if (schema == "RecommendRequest") return {{"query", query}, {"k", k}};
  if (schema == "RecommendBatchRequest") return {{"queries", json::array({query})}, {"k", k}};
  if (schema == "PairRequest") return {{"query", query}, {"id", id}};
  if (schema == "PredictBatchRequest") return {{"pairs", json::array({{{"query", query}, {"id", id}}})}};
  if (schema == "SimilarRequest") return {{"id", id}, {"k", k}};
  if (schema == "SimilarBatchRequest") return {{"ids", json::array({id})}, {"k", k}};
  if (schema == "ReloadRequest") return {{"model", model.name}};
  if (schema == "TensorFlowPredict") return {{"instances", json::array({query})}};
  if (schema == "InferRequest" && !query.empty())
    return {{"inputs", example_tensors(model)}, {"parameters", {{"k", k}}}};
  return {};
}

json example_parameter(const std::string& name, const ServedModel& model) {
  if (name == "id") return example_id(model);
  if (name == "model") return model.name;
  if (name == "version") return std::to_string(model.generation);
  if (name == "column") return model.query.empty() ? json("") : json(model.query.front().column);
  return {};
}

json example_problem(const ServedModel& model) {
  return {{"type", "about:blank"},
          {"title", "Not Found"},
          {"status", 404},
          {"detail", fmt::format("the catalogue has no {} 'x'", model.recommender.id_column())},
          {"instance", "/v1/items/x"},
          {"code", "not_found"}};
}

}  // namespace shortlist
