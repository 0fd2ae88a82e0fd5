#include "shortlist/config/factorization_machine.h"

#include <algorithm>
#include <array>

#include "shortlist/config/config.h"
#include "shortlist/features/history.h"
#include "shortlist/io/toml.h"

namespace shortlist {
namespace {

bool has_numbers(const FeatureConfig& feature) {
  constexpr std::array<std::string_view, 3> kNumbers = {"number", "time", "vector"};
  return std::ranges::find(kNumbers, feature.settings->kind()) != kNumbers.end();
}

FeatureConfig& find_feature(Config& config, const std::string& name, const char* section) {
  const auto found = std::ranges::find(config.features, name, &FeatureConfig::name);
  if (found != config.features.end()) return *found;
  const Value* at = config.written.find(section);
  throw Where{config.file, std::string(section) + ".features"}.error(
      at != nullptr ? *at : config.written, fmt::format("'{}' is not in [features]", name));
}

void set_dim(const Config& config, int64_t factors, FeatureConfig& feature) {
  if (feature.embedding.is_null()) feature.embedding = Value(Value::Table());
  if (const Value* dim = feature.embedding.find("dim")) {
    const int64_t* given = std::get_if<int64_t>(&dim->data);
    if (given != nullptr && *given == factors) return;
    throw Where{config.file, "features." + feature.name + ".dim"}.error(
        *dim,
        fmt::format("a factorization machine has one width for all features, model.factors = {}", factors));
  }
  // A history has the table of its items' feature, and numbers have none.
  const bool has_table = !has_numbers(feature) && history_of(*feature.settings) == nullptr;
  if (has_table) set_path(feature.embedding, "dim", Value(factors));
}

Value text_list(const std::vector<std::string>& texts) {
  Value::Array list;
  for (const std::string& text : texts) list.emplace_back(text);
  return Value(std::move(list));
}

// Numbers x have the vector x v: a dense layer without bias.
std::vector<Value> layers_of(Config& config, const TowerConfig& tower, const char* section, int64_t factors) {
  std::vector<Value> layers;
  std::vector<std::string> parts;
  for (const std::string& name : tower.features) {
    FeatureConfig& feature = find_feature(config, name, section);
    set_dim(config, factors, feature);
    parts.push_back(name);
    if (!has_numbers(feature)) continue;
    parts.back() += "_factors";
    layers.emplace_back(Value::Table{{"dense", Value(factors)},
                                     {"bias", Value(false)},
                                     {"name", Value(parts.back())},
                                     {"inputs", text_list({name})}});
  }
  if (parts.size() > 1) layers.emplace_back(Value::Table{{"add", Value(true)}, {"inputs", text_list(parts)}});
  return layers;
}

void complete_tower(Config& config, TowerConfig& tower, const char* section, int64_t factors) {
  std::vector<Value> layers = layers_of(config, tower, section, factors);
  const auto text = [](const std::vector<Value>& list) { return to_toml(Value(Value::Array(list))); };
  if (!tower.layers.empty() && text(tower.layers) != text(layers)) {
    throw Where{config.file, std::string(section) + ".layers"}.error(
        tower.layers[0], "a factorization machine has no layers of its own; model.kind = \"two_tower\" does");
  }
  tower.layers = std::move(layers);
  tower.biases = true;
}

// Of the model, or of a member of a blend. Null if there is none.
const Value* machine_settings(const ModelConfig& model) {
  if (model.kind == kFactorizationMachine) return &model.settings;
  const Value* members = model.kind == kBlend ? model.settings.find("members") : nullptr;
  if (members == nullptr || members->array() == nullptr) return nullptr;
  for (const Value& member : *members->array()) {
    const Value* kind = member.find("kind");
    if (kind != nullptr && kind->text() != nullptr && *kind->text() == kFactorizationMachine) return &member;
  }
  return nullptr;
}

}  // namespace

void complete_factorization_machine(Config& config) {
  const Value* written = machine_settings(config.model);
  if (written == nullptr) return;
  FactorizationMachineSettings settings;
  read_fields(*written, settings, config.model.where, {"kind"});
  complete_tower(config, config.query, "query", settings.factors);
  complete_tower(config, config.items, "items", settings.factors);
}

}  // namespace shortlist
