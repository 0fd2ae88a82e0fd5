// TensorFlow Serving's REST API, so that its clients get what an exported TFRS index returns: output_1 is the
// scores and output_2 the ids of the ten best items. The signature "ranking" predicts the labels of a query
// with an item.
#include <nlohmann/json.hpp>

#include "shortlist/io/json_writer.h"
#include "shortlist/server/routes/protocol_records.h"
#include "shortlist/server/routes/request_body.h"
#include "shortlist/server/routes/route.h"

namespace shortlist {
namespace {

constexpr const char* kServing = "serving_default";
constexpr const char* kRanking = "ranking";

struct PredictBody {
  std::string signature_name = kServing;
  std::optional<std::vector<Value>> instances;
  std::optional<Value> inputs;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("signature_name", signature_name,
          "serving_default returns the best items, ranking predicted labels");
    visit("instances", instances, "Records, one per row");
    visit("inputs", inputs, "Columns by name, instead of instances");
  }
};

// The protocol encodes bytes as {"b64": "..."}.
std::string decode_base64(std::string_view text) {
  std::string bytes;
  unsigned held = 0, bits = 0;
  for (char c : text) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (c == '=') break;
    const size_t six = kLetters.find(c);
    if (six == kLetters.npos) throw Problem(400, "invalid_base64", "a b64 value is not base64");
    held = held << 6 | static_cast<unsigned>(six);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits & 255);
  }
  return bytes;
}

// Converts values for records: bytes to text, and a list of one to its element, for [[...]] of shape [n, 1].
Value plain(const Value& value) {
  if (const Value* b64 = value.find("b64"); b64 != nullptr && b64->text() != nullptr)
    return Value(decode_base64(*b64->text()));
  if (value.array() != nullptr && value.array()->size() == 1) return plain(value.array()->front());
  return value;
}

std::vector<Value> records_of(const PredictBody& body) {
  if (body.instances.has_value() == body.inputs.has_value())
    throw Problem(400, "invalid_inputs", "need either \"instances\" or \"inputs\"");
  if (body.instances) {
    std::vector<Value> records;
    for (const Value& instance : *body.instances) {
      Value::Table record;
      if (instance.table() == nullptr)
        throw Problem(400, "invalid_inputs", "need instances that are objects of values by column");
      for (const auto& [name, value] : *instance.table()) record.emplace_back(name, plain(value));
      records.emplace_back(std::move(record));
    }
    return records;
  }
  std::vector<std::pair<std::string, Value::Array>> columns;
  if (body.inputs->table() == nullptr) throw Problem(400, "invalid_inputs", "need inputs by name");
  for (const auto& [name, values] : *body.inputs->table()) {
    if (values.array() == nullptr)
      throw Problem(400, "invalid_inputs", fmt::format("input '{}': need a list", name));
    Value::Array column;
    for (const Value& value : *values.array()) column.push_back(plain(value));
    columns.emplace_back(name, std::move(column));
  }
  return to_records(columns);
}

// Named outputs. Each has a function that writes a row's value.
using WriteRow = std::function<void(size_t row, JsonWriter& json)>;
using Outputs = std::vector<std::pair<std::string, WriteRow>>;

std::string write_outputs(const Call& call, const Outputs& outputs, size_t rows, bool by_row) {
  JsonWriter json;
  json.begin_object();
  if (by_row) {
    json.key("predictions").begin_array();
    for (size_t row = 0; row < rows; ++row) {
      json.begin_object();
      for (const auto& [name, write] : outputs) write(row, json.key(name));
      json.end_object();
      call.budget.check_written(json.text().size());
    }
    json.end_array();
  } else {
    json.key("outputs").begin_object();
    for (const auto& [name, write] : outputs) {
      json.key(name).begin_array();
      for (size_t row = 0; row < rows; ++row) {
        write(row, json);
        call.budget.check_written(json.text().size());
      }
      json.end_array();
    }
    json.end_object();
  }
  json.end_object();
  return json.take();
}

HttpResponse predict(const Call& call) {
  const auto body = read_untyped_body<PredictBody>(call.request);
  const std::vector<Value> records = records_of(body);
  const bool by_row = body.instances.has_value();
  if (body.signature_name == kRanking) {
    const auto predictions = predict_records(call, records);
    const std::vector<std::string> labels = call.model->recommender.labels();
    Outputs outputs;
    for (size_t t = 0; t < labels.size(); ++t)
      outputs.emplace_back(labels[t],
                           [&, t](size_t row, JsonWriter& json) { json.value(predictions[row][t]); });
    return {.body = write_outputs(call, outputs, records.size(), by_row)};
  }
  if (body.signature_name != kServing) {
    throw Problem(
        400, "no_signature",
        fmt::format("Serving signature name: \"{}\" not found; there are serving_default and ranking",
                    body.signature_name));
  }
  const BestItems best = best_items(call, records, call.limits.default_k());
  const auto write_list = [&](auto value_of) {
    return [&, value_of](size_t row, JsonWriter& json) {
      json.begin_array();
      for (const Recommendation& r : best.rows[row]) json.value(value_of(r));
      json.end_array();
    };
  };
  const Recommender& recommender = call.model->recommender;
  return {.body = write_outputs(call,
                                {{"output_1", write_list([](const Recommendation& r) { return r.score; })},
                                 {"output_2", write_list([&](const Recommendation& r) -> const std::string& {
                                    return recommender.item_id(r.item);
                                  })}},
                                records.size(), by_row)};
}

HttpResponse status(const Call& call) {
  JsonWriter json;
  json.begin_object().key("model_version_status").begin_array().begin_object();
  json.member("version", std::to_string(call.model->generation)).member("state", "AVAILABLE");
  json.key("status").begin_object().member("error_code", "OK").member("error_message", "").end_object();
  json.end_object().end_array().end_object();
  return {.body = json.take()};
}

nlohmann::json tensor_info(const std::string& name, const char* dtype, bool list) {
  nlohmann::json dims = {{{"size", "-1"}, {"name", ""}}};
  if (list) dims.push_back({{"size", "-1"}, {"name", ""}});
  return {{"name", name}, {"dtype", dtype}, {"tensor_shape", {{"dim", dims}, {"unknown_rank", false}}}};
}

HttpResponse metadata(const Call& call) {
  const ServedModel& model = *call.model;
  nlohmann::json query = nlohmann::json::object();
  for (const FormField& field : model.query) {
    const bool number = field.input == InputKind::number || field.input == InputKind::time;
    query[field.column] = tensor_info(field.column, number ? "DT_DOUBLE" : "DT_STRING", false);
  }
  nlohmann::json signatures = {{kServing,
                                {{"inputs", query},
                                 {"outputs",
                                  {{"output_1", tensor_info("output_1", "DT_FLOAT", true)},
                                   {"output_2", tensor_info("output_2", "DT_STRING", true)}}},
                                 {"method_name", "tensorflow/serving/predict"}}}};
  if (!model.recommender.labels().empty()) {
    nlohmann::json outputs = nlohmann::json::object();
    for (const std::string& label : model.recommender.labels())
      outputs[label] = tensor_info(label, "DT_FLOAT", false);
    query[model.recommender.id_column()] = tensor_info(model.recommender.id_column(), "DT_STRING", false);
    signatures[kRanking] = {
        {"inputs", query}, {"outputs", outputs}, {"method_name", "tensorflow/serving/predict"}};
  }
  const nlohmann::json answer = {
      {"model_spec",
       {{"name", model.name}, {"signature_name", ""}, {"version", std::to_string(model.generation)}}},
      {"metadata", {{"signature_def", {{"signature_def", signatures}}}}}};
  return {.body = answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

}  // namespace

void add_tensorflow_routes(Routes& routes) {
  constexpr const char* kAbsent = "Servable not found for request: Specific({}, {})";
  const auto add = [&](const char* method, const char* path, const char* operation, const char* summary,
                       Handler handler) {
    add_protocol_route(routes, method, path, operation, summary, "TensorFlowPredict", std::move(handler));
  };
  add("GET", "/v1/models/{model}", "tensorflow_status", "TensorFlow Serving: the model's versions", status);
  add("GET", "/v1/models/{model}/versions/{version}", "tensorflow_version_status",
      "TensorFlow Serving: one version", of_version(status, kAbsent));
  add("GET", "/v1/models/{model}/metadata", "tensorflow_metadata", "TensorFlow Serving: signatures",
      metadata);
  add("GET", "/v1/models/{model}/versions/{version}/metadata", "tensorflow_version_metadata",
      "TensorFlow Serving: signatures of a version", of_version(metadata, kAbsent));
  add("POST", "/v1/models/{model}:predict", "tensorflow_predict",
      "TensorFlow Serving: the ten best items, or predicted labels", predict);
  add("POST", "/v1/models/{model}/versions/{version}:predict", "tensorflow_version_predict",
      "TensorFlow Serving: the same for a version", of_version(predict, kAbsent));
}

}  // namespace shortlist
