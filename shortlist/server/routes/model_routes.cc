// Routes about the model: its inputs, how it was made, how good it is.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "shortlist/bundle/bundle.h"
#include "shortlist/config/config_toml.h"
#include "shortlist/io/json.h"
#include "shortlist/report/model_summary.h"
#include "shortlist/server/routes/found_page.h"
#include "shortlist/server/routes/item_json.h"
#include "shortlist/server/routes/route.h"

namespace shortlist {
namespace {

// Longer lists are searched with /v1/features/{column}/values.
constexpr size_t kMostValues = 1'000;

void write_field(const FormField& field, JsonWriter& json) {
  json.begin_object().member("column", field.column).member("input", enum_name(field.input));
  if (!field.kind.empty()) json.member("kind", field.kind);
  if (field.least) json.member("least", *field.least).member("most", *field.most);
  if (!field.choices.empty()) {
    json.member("choices_total", field.choices.size()).key("choices").begin_array();
    for (size_t i = 0; i < std::min(field.choices.size(), kListedChoices); ++i) json.value(field.choices[i]);
    json.end_array();
  }
  json.end_object();
}

void write_form(const char* name, const std::vector<FormField>& form, JsonWriter& json) {
  json.key(name).begin_array();
  for (const FormField& field : form) write_field(field, json);
  json.end_array();
}

std::vector<Similarity> similarities(const Bundle& bundle) {
  std::vector<Similarity> known;
  if (bundle.item_vectors().rows > 0) known.push_back(Similarity::learned);
  if (!bundle.items.attributes.empty()) known.push_back(Similarity::jaccard);
  if (!bundle.ratings.centred.empty()) known.push_back(Similarity::cosine);
  return known;
}

void write_label(const Bundle& bundle, const std::string& label, JsonWriter& json) {
  json.begin_object().member("label", label);
  const auto range = std::ranges::find(bundle.labels, label, &LabelRange::label);
  if (range != bundle.labels.end())
    json.member("least", range->least).member("most", range->most).member("mean", range->mean);
  json.end_object();
}

HttpResponse get_features(const Call& call) {
  const ServedModel& model = *call.model;
  JsonWriter json;
  json.begin_object();
  write_form("query", model.query, json);
  write_form("item", model.item, json);
  write_form("attributes", model.attributes, json);
  json.member("id_column", model.recommender.id_column());
  if (const std::string& user = model.recommender.bundle().spec.user; !user.empty())
    json.member("user_column", user);
  json.member("order", enum_name(model.recommender.list_order()));
  json.member("kind", model.recommender.bundle().spec.kind);
  json.member("map", model.recommender.has_item_vectors());
  const Bundle& bundle = model.recommender.bundle();
  if (bundle.spec.query_has_user && !bundle.ratings.users.empty())
    json.member("seen", enum_name(bundle.spec.lists.seen));
  json.key("labels").begin_array();
  for (const std::string& label : model.recommender.labels())
    write_label(model.recommender.bundle(), label, json);
  json.end_array().member("retrieval", model.recommender.has_retrieval());
  json.key("similar_by").begin_array();
  for (Similarity by : similarities(model.recommender.bundle())) json.value(enum_name(by));
  json.end_array().member("max_k", call.limits.max_k).member("max_retrieve", call.limits.max_retrieve);
  write_model(model, json);
  json.end_object();
  return {.body = json.take()};
}

const FormField* find_field(const ServedModel& model, const std::string& column) {
  for (const auto* form : {&model.query, &model.item, &model.attributes}) {
    const auto at = std::ranges::find(*form, column, &FormField::column);
    if (at != form->end()) return &*at;
  }
  return nullptr;
}

HttpResponse list_values(const Call& call) {
  const FormField* field = find_field(*call.model, call.parameters[0]);
  if (field == nullptr)
    throw Problem(404, "not_found", fmt::format("the model knows no column '{}'", call.parameters[0]));
  const std::string* query = call.url.find("q");
  const std::string text = query != nullptr ? *query : "";
  const std::string list = call.model->version() + "\n" + field->column + "\n" + text;
  const PageOf page = read_page(call.url, list, kMostValues);
  const FoundItems found =
      call.model->value_search(*field).find(text, searched(page), call.budget.deadline());
  JsonWriter json;
  json.begin_object().key("values").begin_array();
  for (size_t i = page.begin; i < std::min(page.begin + page.limit, found.items.size()); ++i) {
    json.value(field->choices[found.items[i]]);
    call.budget.check_written(json.text().size());
  }
  json.end_array();
  write_total(found, page, list, json);
  write_model(*call.model, json);
  json.end_object();
  return {.body = json.take()};
}

void write_sizes(const Bundle& bundle, JsonWriter& json) {
  json.key("sizes").begin_object();
  json.member("items", bundle.items.ids.size());
  json.member("parameters", bundle.towers != nullptr ? bundle.towers->parameters->trainable_count() : 0);
  json.member("embedding_width", bundle.item_vectors().cols);
  json.member("retriever_bytes", bundle.retriever->memory_bytes());
  json.member("ratings", bundle.ratings.centred.size()).end_object();
}

// The JSON of a file of the bundle on one line, with its keys in their original order.
std::string one_line(const std::string& text) {
  return dump_json_value_line(parse_json_value(text, "bundle"));
}

HttpResponse get_model(const Call& call) {
  const ServedModel& model = *call.model;
  const Bundle& bundle = model.recommender.bundle();
  JsonWriter json;
  json.begin_object().member("name", model.name).member("version", model.version());
  json.member("generation", model.generation).member("loaded_at", model.loaded_at);
  write_sizes(bundle, json);
  json.member("config", config_to_toml(*bundle.config));
  json.member("kind", bundle.spec.kind);
  json.member("layers",
              bundle.towers != nullptr ? model_summary(bundle.towers->spec, *bundle.towers->parameters) : "");
  json.key("report").raw(one_line(bundle.report_json));
  json.key("history").raw(one_line(bundle.history_json)).end_object();
  return {.body = json.take()};
}

// Takes every n-th item of a large catalogue, so that all parts of it are included.
constexpr size_t kMostMapped = 10'000;

HttpResponse get_map(const Call& call) {
  const ServedModel& model = *call.model;
  const Recommender& recommender = model.recommender;
  if (!recommender.has_item_vectors())
    throw Problem(404, "not_found",
                  fmt::format("a model of kind '{}' has no item vectors, so there is no map",
                              recommender.bundle().spec.kind));
  const EmbeddingMap& map = model.map();
  // As many as fit into an answer if ids and attributes are long.
  const auto fit =
      static_cast<size_t>(static_cast<double>(call.limits.max_answer_bytes) / 2 / model.cost.item_bytes());
  const size_t most = std::clamp<size_t>(fit, 1, kMostMapped);
  const size_t count = recommender.item_count(), step = (count + most - 1) / most;
  JsonWriter json;
  const auto write_each = [&](const std::string& name, auto write) {
    json.key(name).begin_array();
    for (uint32_t item = 0; item < count; item += static_cast<uint32_t>(step)) write(item);
    json.end_array();
  };
  json.begin_object();
  write_each("ids", [&](uint32_t item) { json.value(recommender.item_id(item)); });
  write_each("x", [&](uint32_t item) { json.value(map.x[item]); });
  write_each("y", [&](uint32_t item) { json.value(map.y[item]); });
  json.key("attributes").begin_object();
  for (const Attribute& attribute : recommender.attributes()) {
    write_each(attribute.name, [&](uint32_t item) { write_value(attribute, attribute.values[item], json); });
  }
  json.end_object().member("explained", map.explained).member("total", count);
  write_model(model, json);
  json.end_object();
  return {.body = json.take()};
}

}  // namespace

void add_model_routes(Routes& routes) {
  routes.push_back({.method = "GET",
                    .path = "/v1/features",
                    .operation = "get_features",
                    .summary = "The columns of a query and of an item",
                    .answer = "Features",
                    .handler = get_features});
  routes.push_back({.method = "GET",
                    .path = "/v1/features/{column}/values",
                    .operation = "list_values",
                    .summary = "Known values of a column",
                    .answer = "ValueList",
                    .query = {{"q", "Words to find in the values", R"({"type":"string"})"},
                              {"limit", "Values per page",
                               R"({"type":"integer","minimum":1,"maximum":1000,"default":20})"},
                              {"cursor", "Next page: the next_cursor of the page before", kCursorSchema}},
                    .slow = true,
                    .handler = list_values});
  routes.push_back({.method = "GET",
                    .path = "/v1/map",
                    .operation = "get_map",
                    .summary = "Map of the items' embeddings in two dimensions",
                    .answer = "Map",
                    .slow = true,
                    .handler = get_map});
  routes.push_back({.method = "GET",
                    .path = "/v1/model",
                    .operation = "get_model",
                    .summary = "Model card: config, sizes, report and learning curves",
                    .answer = "ModelCard",
                    .slow = true,
                    .handler = get_model});
}

}  // namespace shortlist
