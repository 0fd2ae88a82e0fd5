// The Open Inference Protocol, version 2 (KServe, Triton), with tensors in JSON.
#include <algorithm>

#include "shortlist/io/json_writer.h"
#include "shortlist/server/routes/protocol_records.h"
#include "shortlist/server/routes/request_body.h"
#include "shortlist/server/routes/route.h"

namespace shortlist {
namespace {

struct InferParameters {
  std::optional<int> k;
  Value binary_data_output;  // an extension of Triton; data are always JSON here

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("k", k, "Number of items per row");
    visit("binary_data_output", binary_data_output, "Ignored: data is always JSON");
  }
};

struct TensorBody {
  std::string name, datatype;
  std::vector<int64_t> shape;
  std::vector<Value> data;
  Value parameters;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "The column's name");
    visit("datatype", datatype, "BYTES for texts; BOOL, INT8 to UINT64 and FP16 to FP64");
    visit("shape", shape, "[rows] or [rows, 1]; for a vector or several values [rows, values]");
    visit("data", data, "The values row by row, nested or flat");
    visit("parameters", parameters, "Ignored");
  }
};

struct OutputBody {
  std::string name;
  Value parameters;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "ids, scores, or predicted_LABEL");
    visit("parameters", parameters, "Ignored");
  }
};

struct InferBody {
  std::string id;
  InferParameters parameters;
  std::vector<TensorBody> inputs;
  std::vector<OutputBody> outputs;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("id", id, "Copied to the answer");
    visit("parameters", parameters, "Parameters of the request");
    visit("inputs", inputs,
          "A tensor for each column of the query. With the items' ids, labels are predicted.");
    visit("outputs", outputs, "The outputs to return. The default is all.");
  }
};

void flatten(const std::vector<Value>& nested, Value::Array& flat) {
  for (const Value& value : nested) {
    if (value.array() != nullptr)
      flatten(*value.array(), flat);
    else
      flat.push_back(value);
  }
}

// A tensor's rows: one value each, or a list if a row has several.
Value::Array rows_of(const TensorBody& tensor, const std::string& field) {
  constexpr std::string_view kTypes[] = {"BOOL",   "INT8",   "INT16", "INT32", "INT64", "UINT8", "UINT16",
                                         "UINT32", "UINT64", "FP16",  "FP32",  "FP64",  "BYTES"};
  if (std::ranges::find(kTypes, tensor.datatype) == std::end(kTypes))
    throw invalid_field(field + ".datatype",
                        fmt::format("'{}' is not a datatype of the protocol", tensor.datatype));
  if (tensor.shape.empty() || tensor.shape.size() > 2 || tensor.shape[0] < 1 ||
      (tensor.shape.size() == 2 && tensor.shape[1] < 1))
    throw invalid_field(field + ".shape", "need [rows] or [rows, values], each at least 1");
  Value::Array flat;
  flatten(tensor.data, flat);
  const auto rows = static_cast<size_t>(tensor.shape[0]);
  const auto width = tensor.shape.size() == 2 ? static_cast<size_t>(tensor.shape[1]) : 1;
  if (flat.size() % width != 0 || flat.size() / width != rows)
    throw invalid_field(field + ".data", fmt::format("got {} values, but the shape has {} rows of {}",
                                                     flat.size(), rows, width));
  if (width == 1) return flat;
  Value::Array lists;
  for (size_t row = 0; row < rows; ++row)
    lists.emplace_back(Value::Array(flat.begin() + static_cast<std::ptrdiff_t>(row * width),
                                    flat.begin() + static_cast<std::ptrdiff_t>((row + 1) * width)));
  return lists;
}

struct OutputTensor {
  std::string name;
  const char* datatype;
  std::vector<size_t> shape;
  std::function<void(JsonWriter&)> write;
};

std::vector<OutputTensor> recommend_outputs(const Call& call, const BestItems& best) {
  const Recommender& recommender = call.model->recommender;
  const std::vector<size_t> shape = {best.rows.size(), best.rows.front().size()};
  const auto each = [&best](auto value_of) {
    return [&best, value_of](JsonWriter& json) {
      for (const auto& row : best.rows)
        for (const Recommendation& r : row) json.value(value_of(r));
    };
  };
  std::vector<OutputTensor> outputs;
  outputs.push_back({"ids", "BYTES", shape, each([&](const Recommendation& r) -> const std::string& {
                       return recommender.item_id(r.item);
                     })});
  outputs.push_back({"scores", "FP32", shape, each([](const Recommendation& r) { return r.score; })});
  const std::vector<std::string> labels = recommender.labels();
  for (size_t t = 0; t < labels.size(); ++t)
    outputs.push_back({"predicted_" + labels[t], "FP32", shape,
                       each([t](const Recommendation& r) { return r.predictions[t]; })});
  return outputs;
}

std::vector<OutputTensor> predict_outputs(const Call& call,
                                          const std::vector<std::vector<float>>& predictions) {
  std::vector<OutputTensor> outputs;
  const std::vector<std::string> labels = call.model->recommender.labels();
  for (size_t t = 0; t < labels.size(); ++t) {
    outputs.push_back(
        {"predicted_" + labels[t], "FP32", {predictions.size()}, [&predictions, t](JsonWriter& json) {
           for (const auto& row : predictions) json.value(row[t]);
         }});
  }
  return outputs;
}

void keep_wanted(const std::vector<OutputBody>& wanted, std::vector<OutputTensor>& outputs) {
  if (wanted.empty()) return;
  std::vector<OutputTensor> kept;
  for (const OutputBody& want : wanted) {
    const auto at = std::ranges::find(outputs, want.name, &OutputTensor::name);
    if (at == outputs.end())
      throw Problem(400, "no_output", fmt::format("there is no output '{}'", want.name));
    if (std::ranges::find(kept, want.name, &OutputTensor::name) != kept.end())
      throw Problem(400, "repeated_output", fmt::format("output '{}' is named more than once", want.name));
    kept.push_back(*at);
  }
  outputs = std::move(kept);
}

std::string write_answer(const Call& call, const std::string& id, const std::vector<OutputTensor>& outputs) {
  JsonWriter json;
  json.begin_object()
      .member("model_name", call.model->name)
      .member("model_version", std::to_string(call.model->generation));
  if (!id.empty()) json.member("id", id);
  json.key("outputs").begin_array();
  for (const OutputTensor& output : outputs) {
    json.begin_object()
        .member("name", output.name)
        .member("datatype", output.datatype)
        .key("shape")
        .begin_array();
    for (size_t size : output.shape) json.value(size);
    json.end_array().key("data").begin_array();
    output.write(json);
    json.end_array().end_object();
    call.budget.check_written(json.text().size());
  }
  json.end_array().end_object();
  return json.take();
}

HttpResponse infer(const Call& call) {
  const auto body = read_untyped_body<InferBody>(call.request);
  std::vector<std::pair<std::string, Value::Array>> columns;
  for (size_t i = 0; i < body.inputs.size(); ++i)
    columns.emplace_back(body.inputs[i].name, rows_of(body.inputs[i], fmt::format("inputs.{}", i)));
  const std::vector<Value> records = to_records(columns);
  if (names_items(*call.model, records)) {
    const auto predictions = predict_records(call, records);
    std::vector<OutputTensor> outputs = predict_outputs(call, predictions);
    keep_wanted(body.outputs, outputs);
    return {.body = write_answer(call, body.id, outputs)};
  }
  const int k = read_k(body.parameters.k, call.limits, "parameters.k");
  const BestItems best = best_items(call, records, k);
  std::vector<OutputTensor> outputs = recommend_outputs(call, best);
  keep_wanted(body.outputs, outputs);
  return {.body = write_answer(call, body.id, outputs)};
}

HttpResponse metadata(const Call& call) {
  const ServedModel& model = *call.model;
  JsonWriter json;
  const auto tensor = [&](const std::string& name, const char* datatype, int dimensions) {
    json.begin_object().member("name", name).member("datatype", datatype).key("shape").begin_array();
    for (int d = 0; d < dimensions; ++d) json.value(-1);
    json.end_array().end_object();
  };
  json.begin_object().member("name", model.name).member("platform", "shortlist");
  json.key("versions").begin_array().value(std::to_string(model.generation)).end_array();
  json.key("inputs").begin_array();
  for (const FormField& field : model.query) {
    const bool number = field.input == InputKind::number || field.input == InputKind::time;
    tensor(field.column,
           number                             ? "FP64"
           : field.input == InputKind::vector ? "FP32"
                                              : "BYTES",
           field.input == InputKind::vector ? 2 : 1);
  }
  json.end_array().key("outputs").begin_array();
  tensor("ids", "BYTES", 2);
  tensor("scores", "FP32", 2);
  for (const std::string& label : model.recommender.labels()) tensor("predicted_" + label, "FP32", 2);
  json.end_array().end_object();
  return {.body = json.take()};
}

HttpResponse model_ready(const Call& call) {
  JsonWriter json;
  json.begin_object().member("name", call.model->name).member("ready", true).end_object();
  return {.body = json.take()};
}

}  // namespace

void add_inference_routes(Routes& routes) {
  const auto add = [&](const char* method, std::string path, std::string operation, const char* summary,
                       Handler handler) {
    add_protocol_route(routes, method, std::move(path), std::move(operation), summary, "InferRequest",
                       std::move(handler));
  };
  const std::pair<const char*, const char*> versions[] = {
      {"/v2/models/{model}", ""}, {"/v2/models/{model}/versions/{version}", "version_"}};
  for (const auto& [path, version] : versions) {
    const auto wrap = [&, version = version](Handler handler) {
      return *version == 0 ? handler : of_version(std::move(handler), "the model {} has no version '{}'");
    };
    const std::string base = path, name = std::string("inference_") + version;
    add("GET", base, name + "metadata", "Open Inference Protocol: the model's tensors", wrap(metadata));
    add("GET", base + "/ready", name + "ready", "Open Inference Protocol: whether the model is ready",
        wrap(model_ready));
    add("POST", base + "/infer", name + "infer",
        "Open Inference Protocol: the best items, or predicted labels", wrap(infer));
  }
}

}  // namespace shortlist
