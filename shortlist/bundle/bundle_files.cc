#include "shortlist/bundle/bundle_files.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "shortlist/bundle/evaluation_files.h"
#include "shortlist/bundle/user_context.h"
#include "shortlist/config/build.h"
#include "shortlist/config/config_toml.h"
#include "shortlist/config/earlier_config.h"
#include "shortlist/config/read_config.h"
#include "shortlist/config/resolve.h"
#include "shortlist/io/json.h"
#include "shortlist/io/toml.h"
#include "shortlist/learners/kinds.h"
#include "shortlist/math/finite.h"

namespace shortlist {
namespace {

using nlohmann::json;

bool always(const Bundle&) { return true; }
bool never(const Bundle&) { return false; }
bool has_towers(const Bundle& bundle) { return bundle.config->has_towers(); }

TensorView view_of(const std::string& name, ConstMatrix m) {
  return tensor_view<float>(name, {m.rows, m.cols}, {m.data, m.rows * m.cols});
}

// Copies a tensor[m.rows, m.cols]. Throws a data Error if it is missing or a number is not finite.
void read_finite(const SafetensorsFile& file, const std::string& name, Matrix m) {
  const size_t shape[] = {m.rows, m.cols};
  const auto values = file.need(name, DType::F32, shape).floats();
  if (!all_finite(values)) {
    const auto wrong = std::ranges::find_if_not(values, [](float x) { return std::isfinite(x); });
    throw data_error("tensor '{}': row {} has the value {}, need finite numbers", name,
                     static_cast<size_t>(wrong - values.begin()) / m.cols, *wrong);
  }
  std::ranges::copy(values, m.data);
}

void write_config(const BundleContent& content, NewFile file) { file.text(config_to_toml(*content.config)); }
void read_config_file(ListedContent file, Bundle& bundle) {
  bundle.config = std::make_shared<const Config>(
      read_config(with_current_names(parse_toml(file.text(), file.path)), file.path));
  find_kind(bundle.config->model);
  bundle.spec = resolve_answers(*bundle.config);
}

void write_features(const BundleContent& content, NewFile file) { file.json(content.features->to_json()); }
void read_features(ListedContent file, Bundle& bundle) {
  bundle.features = FeatureMap::from_json(file.json());
  bundle.features.select(bundle.spec.query);  // throws if one is missing
  if (!has_towers(bundle)) return;
  bundle.towers = std::make_unique<Towers>();
  bundle.towers->spec = build_model(*bundle.config, bundle.features);
}

void write_weights(const BundleContent& content, NewFile file) {
  if (content.towers == nullptr) return;
  const Parameters& parameters = *content.towers->parameters;
  std::vector<TensorView> weights;
  for (size_t i = 0; i < parameters.size(); ++i)
    weights.push_back(view_of(parameters.name(i), parameters.at(i).value));
  file.tensors(weights);
}
void read_weights(ListedContent file, Bundle& bundle) {
  if (bundle.towers == nullptr) throw data_error("a model of kind '{}' has no towers", bundle.spec.kind);
  const SafetensorsFile tensors = file.tensors();
  bundle.towers->parameters = std::make_unique<Parameters>(bundle.towers->spec);
  Parameters& parameters = *bundle.towers->parameters;
  for (size_t i = 0; i < parameters.size(); ++i)
    read_finite(tensors, parameters.name(i), parameters.at(i).value);
  ThreadPool one(1);
  parameters.pack(one, false);
}

void write_items(const BundleContent& content, NewFile file) {
  const Items& items = *content.items;
  json attributes = json::array();
  for (const Attribute& attribute : items.attributes) attributes.push_back(attribute_to_json(attribute));
  file.json({{"id_column", items.id_column}, {"ids", items.ids}, {"attributes", attributes}});
}

// How to read an attribute from the texts of an older bundle.
AttributeForm attribute_form(const Config& config, const std::string& name) {
  const auto& all = config.items.attributes;
  const auto found = std::ranges::find(all, name, &AttributeConfig::column);
  return found == all.end() ? AttributeForm{.name = name} : config.attribute_form(*found);
}

void read_items(ListedContent file, Bundle& bundle) {
  const json from = file.json();
  Items& items = bundle.items;
  from.at("id_column").get_to(items.id_column);
  from.at("ids").get_to(items.ids);
  for (const json& attribute : from.at("attributes")) {
    const std::string name = attribute.at("name");
    items.attributes.push_back(attribute_from_json(attribute, attribute_form(*bundle.config, name)));
    const size_t values = items.attributes.back().values.size();
    if (values != items.ids.size())
      throw data_error("attribute '{}' has {} values, need {}, one for each item", name, values,
                       items.ids.size());
  }
}

void write_item_vectors(const BundleContent& content, NewFile file) {
  if (content.towers == nullptr) return;
  std::vector<TensorView> tensors = {view_of("embeddings", content.towers->item_vectors())};
  if (content.towers->ranks_more_of_items())
    tensors.push_back(view_of("ranked", content.towers->ranked_item_vectors()));
  file.tensors(tensors);
}
void read_item_vectors(ListedContent file, Bundle& bundle) {
  if (bundle.towers == nullptr) throw data_error("a model of kind '{}' has no towers", bundle.spec.kind);
  Towers& towers = *bundle.towers;
  const size_t rows = bundle.items.ids.size(), cols = towers.item_width();
  const SafetensorsFile tensors = file.tensors();
  const size_t shape[] = {rows, cols};
  tensors.need("embeddings", DType::F32, shape);  // check before allocating memory
  towers.items = Buffer(rows, cols);
  read_finite(tensors, "embeddings", towers.items.view(rows, cols));
  if (!towers.ranks_more_of_items()) return;
  const size_t ranked[] = {rows, towers.ranked_item_width()};
  tensors.need("ranked", DType::F32, ranked);
  towers.ranked_items = Buffer(ranked[0], ranked[1]);
  read_finite(tensors, "ranked", towers.ranked_items.view(ranked[0], ranked[1]));
}

void write_ratings(const BundleContent& content, NewFile file) {
  if (content.ratings == nullptr || content.ratings->offsets.empty()) return;
  file.tensors(rating_tensors(*content.ratings).views);
}
void read_rating_file(ListedContent file, Bundle& bundle) {
  bundle.ratings = read_ratings(file.tensors(), bundle.items.ids.size());
}

// Only evaluation reads this file: load_baselines().
void write_baselines(const BundleContent& content, NewFile file) {
  if (content.baselines == nullptr) return;
  file.tensors(baseline_tensors(*content.baselines).views, baseline_metadata(*content.fingerprint));
}
void check_baselines(ListedContent file, Bundle& bundle) {
  read_baselines(file.tensors(), bundle.items.ids.size(), measured_labels(*bundle.config));
}

void write_order(const BundleContent& content, NewFile file) {
  if (!content.order) return;
  file.json({{"order", enum_name(content.order->order)}, {"blend", content.order->blend}});
}
void read_order(ListedContent file, Bundle& bundle) {
  const json from = file.json();
  const std::string name = from.at("order");
  const double blend = from.at("blend");
  if (!(blend >= 0 && blend <= 1)) throw data_error("blend: got {}, need a number from 0 to 1", blend);
  for (const auto& [order, text] : EnumNames<ListOrder>::names) {
    if (text != name || order == ListOrder::chosen) continue;
    bundle.order = {order, blend};
    return;
  }
  throw data_error("order: got '{}', need score, predicted or blend", name);
}

void write_labels(const BundleContent& content, NewFile file) {
  if (content.labels.empty()) return;
  json array = json::array();
  for (const LabelRange& range : content.labels) {
    array.push_back(
        {{"label", range.label}, {"least", range.least}, {"most", range.most}, {"mean", range.mean}});
    if (range.scale == LabelScale()) continue;
    array.back()["standardized"] = {{"mean", range.scale.mean}, {"deviation", range.scale.deviation}};
  }
  file.json(array);
}
void read_labels(ListedContent file, Bundle& bundle) {
  for (const json& range : file.json()) {
    bundle.labels.push_back({range.at("label"), range.at("least"), range.at("most"), range.at("mean"), {}});
    if (!range.contains("standardized")) continue;
    LabelScale& scale = bundle.labels.back().scale;
    range.at("standardized").at("mean").get_to(scale.mean);
    range.at("standardized").at("deviation").get_to(scale.deviation);
    if (!std::isfinite(scale.mean) || !(scale.deviation > 0) || !std::isfinite(scale.deviation))
      throw data_error(
          "label '{}': got mean {} and deviation {}, need finite numbers and a deviation above 0",
          bundle.labels.back().label, scale.mean, scale.deviation);
  }
}

// save_bundle() writes this file after the earlier files, because its answers come from the bundle loaded
// from them.
void read_golden(ListedContent file, Bundle& bundle) { bundle.golden_json = file.text(); }

void write_user_context(const BundleContent& content, NewFile file) {
  if (content.context == nullptr || content.context->columns.empty()) return;
  file.text(user_context_json(*content.context));
}
void read_user_context(ListedContent file, Bundle& bundle) {
  bundle.context = parse_user_context(file.text(), file.path, bundle.ratings.users.size());
}

// The server returns these files unchanged.
std::string checked_json(const ListedContent& file) {
  if (!file.json().is_structured()) throw data_error("is not a JSON object");
  return file.text();
}

void write_history(const BundleContent& content, NewFile file) { file.text(content.history_json); }
void read_history(ListedContent file, Bundle& bundle) { bundle.history_json = checked_json(file); }

void write_report(const BundleContent& content, NewFile file) { file.text(content.report_json); }
void read_report(ListedContent file, Bundle& bundle) { bundle.report_json = checked_json(file); }

constexpr BundleFile kFiles[] = {
    {"config.toml", always, write_config, read_config_file},
    {"features.json", always, write_features, read_features},
    {"weights.safetensors", has_towers, write_weights, read_weights},
    {"items.json", always, write_items, read_items},
    {"item_vectors.safetensors", has_towers, write_item_vectors, read_item_vectors, "candidates.safetensors"},
    {"ratings.safetensors", never, write_ratings, read_rating_file},
    {kBaselinesFile, never, write_baselines, check_baselines},
    {"recommend.json", never, write_order, read_order},
    {"labels.json", never, write_labels, read_labels},
    {kUserContextFile, never, write_user_context, read_user_context},
    {"history.json", always, write_history, read_history},
    {"report.json", always, write_report, read_report},
    {kGoldenFile, never, nullptr, read_golden},
};

}  // namespace

void NewFile::text(std::string_view content) {
  write_file_atomically(path(), content);
  writer_.add(name_);
}
void NewFile::json(const nlohmann::json& content) { text(dump_json(content)); }
void NewFile::tensors(const std::vector<TensorView>& tensors, const Metadata& metadata) {
  write_safetensors(path(), tensors, metadata);
  writer_.add(name_);
}

nlohmann::json ListedContent::json() const { return parse_json(bytes.text(), path); }

std::span<const BundleFile> bundle_files() { return kFiles; }

std::vector<AnswerSpec::Label> measured_labels(const Config& config) {
  std::vector<AnswerSpec::Label> labels;
  for (const LabelSpec& label : resolve_data(config).labels) labels.push_back({.name = label.column});
  return labels;
}

}  // namespace shortlist
