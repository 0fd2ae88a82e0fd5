#include "shortlist/server/routes/openapi.h"

#include <nlohmann/json.hpp>

#include "shortlist/server/routes/condition_schema.h"
#include "shortlist/server/routes/openapi_examples.h"
#include "shortlist/server/routes/problem_codes.h"
#include "shortlist/server/routes/requests.h"
#include "shortlist/server/routes/schema.h"

namespace shortlist {
namespace {

using nlohmann::json;

// Schemas of the answers.
constexpr const char* kAnswers = R"({
"Problem": {"type": "object", "required": ["type", "title", "status", "detail", "code"], "properties": {
  "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
  "detail": {"type": "string", "description": "Explanation for people"}, "code": {"type": "string"},
  "instance": {"type": "string"}, "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldFault"}}}},
"FieldFault": {"type": "object", "required": ["field", "message"], "properties": {
  "field": {"type": "string"}, "message": {"type": "string"}}},
"Id": {"description": "An item's id. A number is read as its text.",
  "anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/ExactNumber"}]},
"ExactNumber": {"description": "A number that is not rounded when it is read. Others are given as texts.", "anyOf": [
  {"type": "integer", "minimum": -9223372036854775808, "maximum": 9223372036854775807},
  {"type": "number", "exclusiveMinimum": -9007199254740992, "exclusiveMaximum": 9007199254740992}]},
"Display": {"type": "string", "description": "The item's display name. Absent if the model has no display column."},
"ModelName": {"type": "object", "required": ["name", "version"], "properties": {
  "name": {"type": "string"}, "version": {"type": "string"}}},
"AttributeValue": {"anyOf": [{"type": ["string", "number", "null"]}, {"type": "array", "items": {"type": "string"}}]},
"Attributes": {"type": "object", "description": "By name. null if the item has no value.",
  "additionalProperties": {"$ref": "#/components/schemas/AttributeValue"}},
"Predictions": {"type": "object", "description": "By label", "additionalProperties": {"type": ["number", "null"]}},
"Item": {"type": "object", "required": ["id", "attributes"], "properties": {
  "id": {"type": "string"}, "display": {"$ref": "#/components/schemas/Display"}, "attributes": {"$ref": "#/components/schemas/Attributes"},
  "model": {"$ref": "#/components/schemas/ModelName"}}},
"Recommendation": {"type": "object", "required": ["rank", "id", "attributes"], "properties": {
  "rank": {"type": "integer"}, "id": {"type": "string"}, "display": {"$ref": "#/components/schemas/Display"}, "attributes": {"$ref": "#/components/schemas/Attributes"},
  "score": {"type": ["number", "null"], "description": "Inner product of the query's and the item's embedding"},
  "predictions": {"$ref": "#/components/schemas/Predictions"},
  "explanation": {"$ref": "#/components/schemas/Explanation"}}},
"Explanation": {"type": "object", "required": ["method", "features"], "properties": {
  "method": {"type": "string", "description": "additive or integrated_gradients for a two_tower model; otherwise the method of the model's kind, such as popular"},
  "constant": {"type": "number", "description": "The score is the sum of this and the features' scores"},
  "features": {"type": "array", "items": {"$ref": "#/components/schemas/FeatureContribution"}}}},
"FeatureContribution": {"type": "object", "required": ["feature", "column"], "properties": {
  "feature": {"type": "string"}, "column": {"type": "string"}, "score": {"type": "number"},
  "predictions": {"type": "object", "description": "By label: the prediction minus the prediction without the feature",
    "additionalProperties": {"type": ["number", "null"]}},
  "history": {"type": "array", "description": "For a history: its items that count most, the largest contribution first",
    "items": {"$ref": "#/components/schemas/HistoryContribution"}}}},
"HistoryContribution": {"type": "object", "required": ["id"], "properties": {
  "id": {"type": "string"}, "display": {"$ref": "#/components/schemas/Display"},
  "score": {"type": "number", "description": "The score minus the score without the item in the history"},
  "predictions": {"type": "object", "description": "By label: the prediction minus the prediction without the item",
    "additionalProperties": {"type": ["number", "null"]}}}},
"Recommendations": {"type": "object", "required": ["items", "exact"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Recommendation"}},
  "exact": {"type": "boolean", "description": "Whether the items are the same as from an exhaustive search"},
  "known_history": {"type": "object", "description": "By column of a history that the query does not give: the ids of its user's items in the training data, which were used instead, oldest first",
    "additionalProperties": {"type": "array", "items": {"type": "string"}}},
  "warnings": {"type": "array", "items": {"type": "string"}},
  "model": {"$ref": "#/components/schemas/ModelName"}}},
"RecommendationBatch": {"type": "object", "required": ["answers", "model"], "properties": {
  "answers": {"type": "array", "items": {"$ref": "#/components/schemas/Recommendations"}},
  "warnings": {"type": "array", "items": {"type": "string"}},
  "model": {"$ref": "#/components/schemas/ModelName"}}},
"Prediction": {"type": "object", "required": ["predictions"], "properties": {
  "predictions": {"$ref": "#/components/schemas/Predictions"}, "warnings": {"type": "array", "items": {"type": "string"}},
  "model": {"$ref": "#/components/schemas/ModelName"}}},
"PredictionBatch": {"type": "object", "required": ["answers", "model"], "properties": {
  "answers": {"type": "array", "items": {"$ref": "#/components/schemas/Prediction"}},
  "warnings": {"type": "array", "items": {"type": "string"}},
  "model": {"$ref": "#/components/schemas/ModelName"}}},
"SimilarItems": {"type": "object", "required": ["item", "by", "items"], "properties": {
  "item": {"$ref": "#/components/schemas/Item"}, "by": {"$ref": "#/components/schemas/Similarity"},
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/SimilarItem"}}, "model": {"$ref": "#/components/schemas/ModelName"}}},
"Similarity": {"enum": ["learned", "jaccard", "cosine"]},
"SimilarItem": {"type": "object", "required": ["rank", "id", "attributes", "similarity"], "properties": {
  "rank": {"type": "integer"}, "id": {"type": "string"}, "display": {"$ref": "#/components/schemas/Display"},
  "attributes": {"$ref": "#/components/schemas/Attributes"}, "similarity": {"type": "number"}}},
"SimilarBatch": {"type": "object", "required": ["answers", "model"], "properties": {
  "answers": {"type": "array", "items": {"$ref": "#/components/schemas/SimilarItems"}},
  "model": {"$ref": "#/components/schemas/ModelName"}}},
"ItemList": {"type": "object", "required": ["items", "total", "exact", "model"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}, "total": {"type": "integer"}, "exact": {"$ref": "#/components/schemas/ExactTotal"},
  "next_cursor": {"type": "string", "description": "Cursor of the next page. Absent on the last page."},
  "model": {"$ref": "#/components/schemas/ModelName"}}},
"ExactTotal": {"type": "boolean", "description": "Whether total counts all matches. If not, there are more."},
"Field": {"type": "object", "required": ["column", "input"], "properties": {
  "column": {"type": "string"}, "input": {"enum": ["one", "several", "words", "number", "time", "vector"]},
  "kind": {"type": "string"}, "least": {"type": "number"}, "most": {"type": "number"},
  "choices": {"type": "array", "items": {"type": "string"}}, "choices_total": {"type": "integer"}}},
"Features": {"type": "object", "required": ["query", "item", "attributes", "id_column", "order", "kind", "map", "labels", "retrieval", "similar_by", "max_k", "max_retrieve", "model"], "properties": {
  "query": {"type": "array", "items": {"$ref": "#/components/schemas/Field"}},
  "item": {"type": "array", "items": {"$ref": "#/components/schemas/Field"}},
  "attributes": {"type": "array", "items": {"$ref": "#/components/schemas/Field"}},
  "id_column": {"type": "string"}, "retrieval": {"type": "boolean"},
  "kind": {"type": "string", "description": "The model's kind: model.kind in its config"},
  "map": {"type": "boolean", "description": "Whether there is a map, which needs item vectors"},
  "user_column": {"type": "string"},
  "display_image": {"type": "string", "description": "Attribute with the URLs of items' images. Absent if there is none."}, "order": {"enum": ["score", "predicted", "blend"], "description": "Order of lists, unless a request sets another"},
  "seen": {"enum": ["drop", "keep"], "description": "Whether to drop or keep items that the query's user has in the training data, unless a request sets it. Absent if the model knows no users."},
  "labels": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}},
  "similar_by": {"type": "array", "items": {"$ref": "#/components/schemas/Similarity"}},
  "max_k": {"type": "integer", "description": "Maximum k of a request"}, "max_retrieve": {"type": "integer"},
  "model": {"$ref": "#/components/schemas/ModelName"}}},
"Label": {"type": "object", "required": ["label"], "properties": {"label": {"type": "string"},
  "least": {"type": "number", "description": "Smallest value in the training rows"}, "most": {"type": "number"}, "mean": {"type": "number"}}},
"ValueList": {"type": "object", "required": ["values", "total", "exact", "model"], "properties": {
  "values": {"type": "array", "items": {"type": "string"}}, "total": {"type": "integer"}, "exact": {"$ref": "#/components/schemas/ExactTotal"},
  "next_cursor": {"type": "string"}, "model": {"$ref": "#/components/schemas/ModelName"}}},
"ModelCard": {"type": "object", "required": ["name", "version", "generation", "loaded_at", "sizes", "kind", "config", "layers", "report", "history"], "properties": {
  "name": {"type": "string"}, "version": {"type": "string"}, "generation": {"type": "integer"},
  "loaded_at": {"type": "string", "format": "date-time"},
  "sizes": {"type": "object", "additionalProperties": {"type": "integer"}}, "kind": {"type": "string"},
  "config": {"type": "string", "description": "TOML"}, "layers": {"type": "string"},
  "report": {"type": "object"}, "history": {"type": "object"}}},
"ItemMap": {"type": "object", "required": ["ids", "x", "y", "attributes", "explained", "total", "model"], "properties": {
  "ids": {"type": "array", "items": {"type": "string"}}, "x": {"type": "array", "items": {"type": "number"}},
  "y": {"type": "array", "items": {"type": "number"}},
  "display": {"type": "array", "items": {"type": "string"}, "description": "Names by which people know the items. Absent if the model has no display column."},
  "attributes": {"type": "object", "additionalProperties": {"type": "array",
    "items": {"$ref": "#/components/schemas/AttributeValue"}}},
  "explained": {"type": "number", "description": "Share of the embeddings' variance that the map shows"},
  "total": {"type": "integer", "description": "Number of items in the catalogue. The map of a large catalogue contains only some of them."},
  "model": {"$ref": "#/components/schemas/ModelName"}}},
"ModelList": {"type": "object", "required": ["models"], "properties": {
  "models": {"type": "array", "items": {"$ref": "#/components/schemas/ServedModel"}}}},
"ServedModel": {"type": "object", "required": ["name", "version", "release", "generation", "loaded_at", "items"], "properties": {
  "name": {"type": "string"}, "version": {"type": "string"}, "release": {"$ref": "#/components/schemas/Release"},
  "generation": {"type": "integer"},
  "loaded_at": {"type": "string", "format": "date-time"}, "items": {"type": "integer"}}},
"Error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}},
"TensorFlowPredict": {"type": "object", "additionalProperties": false,
  "oneOf": [{"required": ["instances"]}, {"required": ["inputs"]}], "properties": {
  "signature_name": {"enum": ["serving_default", "ranking"]},
  "instances": {"type": "array", "description": "Rows: values by column", "items": {"type": "object"}},
  "inputs": {"type": "object", "description": "Columns: lists of values by name", "minProperties": 1, "additionalProperties": {"type": "array"}}}},
"InferRequest": {"type": "object", "additionalProperties": false, "required": ["inputs"], "properties": {"id": {"type": "string"},
  "parameters": {"type": "object", "properties": {"k": {"type": "integer"}}},
  "inputs": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["name", "shape", "datatype", "data"], "properties": {
    "name": {"type": "string"}, "shape": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "integer", "minimum": 1}},
    "datatype": {"enum": ["BOOL", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "FP16", "FP32", "FP64", "BYTES"]},
    "data": {"type": "array"}, "parameters": {"type": "object"}}}},
  "outputs": {"type": "array", "items": {"type": "object", "required": ["name"], "properties": {
    "name": {"type": "string"}, "parameters": {"type": "object"}}}}}},
"Readiness": {"type": "object", "required": ["status", "models"], "properties": {
  "status": {"enum": ["ready", "draining"]},
  "models": {"type": "array", "items": {"$ref": "#/components/schemas/ReadyModel"}}}},
"ReadyModel": {"type": "object", "required": ["name", "version", "release"], "properties": {
  "name": {"type": "string"}, "version": {"type": "string"}, "release": {"$ref": "#/components/schemas/Release"}}},
"Release": {"type": "integer", "description": "Orders the bundles that are served under a name. 0 if the order is not known."},
"Status": {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}},
"Document": {"type": "object"}
})";

json ref(const std::string& name) { return {{"$ref", "#/components/schemas/" + name}}; }

json column_schema(const FormField& field) {
  const json text = {{"anyOf", {{{"type", {"string", "boolean"}}}, ref("ExactNumber")}}};
  switch (field.input) {
    case InputKind::number:
      return {{"type", {"number", "null"}}};
    case InputKind::time:
      return {{"anyOf", {{{"type", {"number", "null"}}}, {{"type", "string"}, {"format", "date-time"}}}}};
    case InputKind::vector:
      return {{"type", "array"}, {"items", {{"type", "number"}}}};
    case InputKind::one:
      return {{"anyOf", {{{"type", {"string", "boolean", "null"}}}, ref("ExactNumber")}}};
    case InputKind::several:
    case InputKind::words:
      break;
  }
  return {{"anyOf",
           {{{"type", {"string", "boolean", "null"}}},
            ref("ExactNumber"),
            {{"type", "array"}, {"items", text}}}}};
}

json record_schema(const std::vector<FormField>& form) {
  json properties = json::object();
  for (const FormField& field : form) properties[field.column] = column_schema(field);
  return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
}

// What fields() cannot express: bounds, and the contents of Values.
void complete(json& schema, const Limits& limits) {
  json& properties = schema["properties"];
  const auto bound = [&](const char* name, int least, int most) {
    if (!properties.contains(name)) return;
    properties[name]["minimum"] = least;
    properties[name]["maximum"] = most;
  };
  const auto list = [&](const char* name, int least, int most) {
    if (!properties.contains(name)) return;
    properties[name]["minItems"] = least;
    properties[name]["maxItems"] = most;
  };
  const auto refer = [&](const char* name, const char* to) {
    if (properties.contains(name)) properties[name].update(ref(to));
  };
  bound("k", 1, limits.max_k);
  if (properties.contains("k")) properties["k"]["default"] = limits.default_k();
  bound("retrieve", 0, limits.max_retrieve);
  bound("offset", 0, limits.max_retrieve - 1);
  bound("blend", 0, 1);
  list("exclude", 0, limits.max_list);
  list("allow", 0, limits.max_list);
  for (const char* name : {"queries", "pairs", "ids"}) {
    list(name, 1, limits.max_batch);
    if (properties.contains(name)) schema["required"].push_back(name);
  }
  refer("id", "Id");
  for (const char* name : {"ids", "allow", "exclude"})
    if (properties.contains(name)) properties[name]["items"] = ref("Id");
  refer("query", "Query");
  refer("item", "ItemValues");
  if (properties.contains("queries")) properties["queries"]["items"] = ref("Query");
  if (properties.contains("pairs")) properties["pairs"]["items"] = ref("PairRequest");
  if (properties.contains("filter")) properties["filter"]["items"] = ref("Condition");
}

// The codes of all problems, or of those with a status, and their meanings.
std::string describe_codes(int status) {
  std::string text;
  for (const ProblemCode& code : kProblemCodes)
    if (status == 0 || code.status == status)
      text += fmt::format("{}`{}`: {}", text.empty() ? "" : " ", code.code, code.meaning);
  return text;
}

json schemas(const Limits& limits, const ServedModel& model) {
  json all = json::parse(kAnswers);
  for (const ProblemCode& code : kProblemCodes)
    all["Problem"]["properties"]["code"]["enum"].push_back(code.code);
  all["Problem"]["properties"]["code"]["description"] = describe_codes(0);
  all["Problem"]["example"] = example_problem(model);
  all["Query"] = record_schema(model.query);
  all["ItemValues"] = record_schema(model.item);
  all["ConditionText"] = condition_text_schema(model.recommender);
  all["ConditionObject"] = condition_object_schema(model.recommender);
  all["Condition"] = {{"description", "As a text, or as an object"},
                      {"anyOf", {ref("ConditionText"), ref("ConditionObject")}}};
  all["RecommendRequest"] = schema_of<RecommendRequest>();
  all["RecommendBatchRequest"] = schema_of<RecommendBatchRequest>();
  all["PairRequest"] = schema_of<PairRequest>();
  all["PredictBatchRequest"] = schema_of<PredictBatchRequest>();
  all["SimilarRequest"] = schema_of<SimilarRequest>();
  all["ReloadRequest"] = schema_of<ReloadRequest>();
  all["SimilarBatchRequest"] = schema_of<SimilarBatchRequest>();
  for (auto& [name, schema] : all.items())
    if (name.ends_with("Request") && name != "InferRequest") complete(schema, limits);
  // For all queries, or per query.
  json& excluded = all["RecommendBatchRequest"]["properties"]["exclude"];
  const json ids = all["RecommendRequest"]["properties"]["exclude"];
  excluded = {{"description", excluded.at("description")},
              {"anyOf", {ids, {{"type", "array"}, {"items", ids}, {"maxItems", limits.max_batch}}}}};
  json& instances = all["TensorFlowPredict"]["properties"]["instances"];
  instances["minItems"] = 1;
  instances["maxItems"] = limits.max_batch;
  json& k = all["InferRequest"]["properties"]["parameters"]["properties"]["k"];
  k["minimum"] = 1;
  k["maximum"] = limits.max_k;
  k["default"] = limits.default_k();
  all["PairRequest"]["oneOf"] = {{{"required", {"id"}}}, {{"required", {"item"}}}};
  all["SimilarRequest"]["required"] = {"id"};
  return all;
}

json content(const std::string& type, const json& schema) {
  return {{"content", {{type, {{"schema", schema}}}}}};
}

// The error statuses that a route's clients should handle.
std::vector<int> problem_statuses(const Route& route, bool needs_key) {
  std::vector<int> statuses = {400, 421, 500};
  if (route.wants_model || route.path.find('{') != std::string::npos) statuses.push_back(404);
  if (!route.request.empty()) statuses.insert(statuses.end(), {413, 415});
  if (!route.request.empty() && !route.plain_errors) statuses.insert(statuses.end(), {409, 422});
  if (route.scope == Scope::admin || (route.scope == Scope::read && needs_key)) statuses.push_back(401);
  if (route.scope != Scope::open) statuses.insert(statuses.end(), {403, 429});
  if (route.slow || route.wants_model) statuses.push_back(503);
  return statuses;
}

json problem_response_of(const Route& route, int status) {
  json problem = route.plain_errors ? content("application/json", ref("Error"))
                                    : content("application/problem+json", ref("Problem"));
  problem["description"] = describe_codes(status);
  if (status == 429 || status == 503)
    problem["headers"]["Retry-After"] = {{"description", "seconds"}, {"schema", {{"type", "integer"}}}};
  return problem;
}

json operation(const Route& route, const ServedModel& model, const Limits& limits, bool needs_key) {
  json operation = {{"operationId", route.operation}, {"summary", route.summary}};
  for (size_t at = route.path.find('{'); at != std::string::npos; at = route.path.find('{', at + 1)) {
    const std::string name = route.path.substr(at + 1, route.path.find('}', at) - at - 1);
    operation["parameters"].push_back({{"name", name},
                                       {"in", "path"},
                                       {"required", true},
                                       {"schema", {{"type", "string"}}},
                                       {"example", example_parameter(name, model)}});
  }
  for (const Parameter& parameter : route.query) {
    operation["parameters"].push_back({{"name", parameter.name},
                                       {"in", "query"},
                                       {"description", parameter.help},
                                       {"schema", json::parse(parameter.schema)}});
  }
  if (!route.request.empty()) {
    operation["requestBody"] = content("application/json", ref(route.request));
    operation["requestBody"]["required"] = true;
    if (json example = example_body(route.request, model, limits); !example.is_null())
      operation["requestBody"]["content"]["application/json"]["example"] = std::move(example);
  }
  json answer = route.answer.empty() ? content("text/plain", {{"type", "string"}})
                                     : content("application/json", ref(route.answer));
  answer["description"] = "The answer";
  answer["headers"]["X-Request-Id"] = {{"description", "Copied from the request, or generated"},
                                       {"schema", {{"type", "string"}}}};
  if (route.wants_model) {
    answer["headers"]["X-Model-Version"] = {
        {"description", "The release and version of the model that answers: a value for X-Min-Version"},
        {"schema", {{"type", "string"}}}};
    operation["parameters"].push_back(
        {{"name", "X-Min-Version"},
         {"in", "header"},
         {"description",
          "Answer only with this version, which an X-Model-Version said, or a newer one; else 503"},
         {"schema", {{"type", "string"}, {"pattern", "^[0-9]{1,18}(-[0-9a-f]{12})?$"}}}});
  }
  operation["responses"] = {{"200", answer}, {"default", problem_response_of(route, 0)}};
  for (int status : problem_statuses(route, needs_key))
    operation["responses"][std::to_string(status)] = problem_response_of(route, status);
  if (route.operation == "readyz") {
    answer["description"] = "The server is shutting down";
    operation["responses"]["503"] = answer;
  }
  if (route.scope == Scope::admin || (route.scope == Scope::read && needs_key))
    operation["security"] = {{{"bearer", json::array()}}, {{"key", json::array()}}};
  return operation;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}

}  // namespace

std::string openapi_json(const Routes& routes, const Limits& limits, const ServedModel& model,
                         bool needs_key) {
  json paths = json::object();
  for (const Route& route : routes)
    paths[route.path][lower(route.method)] = operation(route, model, limits, needs_key);
  const json document = {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Shortlist"},
        {"version", SHORTLIST_VERSION},
        {"description", fmt::format("Recommendations of the model {}. Paths under /v1 other than /v1/models "
                                    "are also available for each model under /v1/models/NAME/.",
                                    model.name)}}},
      {"paths", paths},
      {"components",
       {{"schemas", schemas(limits, model)},
        {"securitySchemes",
         {{"bearer", {{"type", "http"}, {"scheme", "bearer"}}},
          {"key", {{"type", "apiKey"}, {"in", "header"}, {"name", "X-API-Key"}}}}}}}};
  return document.dump();
}

}  // namespace shortlist
