#include "shortlist/trials/default_space.h"

#include <fmt/format.h>

#include <algorithm>

#include "shortlist/base/describe_fields.h"
#include "shortlist/io/toml.h"
#include "shortlist/learners/kinds.h"

namespace shortlist {
namespace {

struct KindSpace {
  std::string_view kind;
  const char* space;
};
constexpr KindSpace kSpaces[] = {
    {"popularity", "model.count = [\"rows\", \"users\"]\n"},
    {"ease", "model.l2 = { min = 10, max = 5000, log = true }\n"},
    {"slim",
     "model.l1 = { min = 0.01, max = 10, log = true }\nmodel.l2 = { min = 0.1, max = 1000, log = true }\n"},
    {"item_knn",
     "model.neighbours = { min = 10, max = 500, log = true, integer = true }\n"
     "model.shrink = { min = 0.1, max = 500, log = true }\n"
     "model.similarity = [\"cosine\", \"tfidf\", \"bm25\"]\n"},
    {"transitions",
     "model.window = { min = 1, max = 10, integer = true }\n"
     "model.half_life = { min = 0.5, max = 10, log = true }\n"
     "model.shrink = { min = 0.1, max = 100, log = true }\n"},
    {"ials",
     "model.factors = [32, 64, 128]\n"
     "model.alpha = { min = 1, max = 100, log = true }\n"
     "model.regularization = { min = 0.0003, max = 0.1, log = true }\n"},
    {"bpr_mf",
     "model.factors = [32, 64, 128]\n"
     "model.learning_rate = { min = 0.005, max = 0.2, log = true }\n"
     "model.regularization = { min = 0.0001, max = 0.1, log = true }\n"},
    {"biased_mf",
     "model.factors = [32, 64, 128]\n"
     "model.learning_rate = { min = 0.001, max = 0.02, log = true }\n"
     "model.regularization = { min = 0.005, max = 0.2, log = true }\n"},
};

SpaceSetting number(const std::string& name, double least, double most, bool log) {
  SpaceSetting setting{.name = name, .keys = {name}, .values = {}};
  setting.least = least;
  setting.most = most;
  setting.log = log;
  return setting;
}

// The optimizer that the config names, or adam.
std::string rate_key(const Config& config) {
  const Value* training = config.written.find("training");
  const Value* optimizer = training == nullptr ? nullptr : training->find("optimizer");
  if (optimizer != nullptr && optimizer->table() != nullptr)
    for (const char* name : {"adam", "adamw", "adagrad", "ftrl", "sgd", "clippy_adagrad"})
      if (optimizer->find(name) != nullptr) return fmt::format("training.optimizer.{}", name);
  return "training.optimizer.adam";
}

double rate_of(const Config& config, const std::string& key) {
  const Value* at = &config.written;
  for (size_t begin = 0; at != nullptr && begin <= key.size();) {
    const size_t dot = std::min(key.find('.', begin), key.size());
    at = at->find(std::string_view(key).substr(begin, dot - begin));
    begin = dot + 1;
  }
  const auto* rate = at == nullptr ? nullptr : std::get_if<double>(&at->data);
  return rate == nullptr ? 0.001 : *rate;
}

void add_dropout(const std::string& section, const std::vector<Value>& layers, SpaceSetting& dropout) {
  for (size_t i = 0; i < layers.size(); ++i)
    if (layers[i].find("dropout") != nullptr)
      dropout.keys.push_back(fmt::format("{}.layers.{}.dropout", section, i));
}

// A setting of several keys needs a place in the config for each of them, so only written ones are varied.
void add_dims(const Config& config, SpaceSetting& dims) {
  const Value* features = config.written.find("features");
  if (features == nullptr || features->table() == nullptr) return;
  for (const auto& [name, feature] : *features->table())
    if (feature.find("dim") != nullptr && name.find('.') == std::string::npos)
      dims.keys.push_back(fmt::format("features.{}.dim", name));
}

Space space_of_towers(const Config& config) {
  Space space;
  const std::string key = rate_key(config);
  const double rate = rate_of(config, key);
  space.settings.push_back(number(key, rate / 5, rate * 5, true));
  SpaceSetting batch{.name = "training.batch", .keys = {"training.batch"}, .values = {}};
  for (const int of : {config.training.batch / 2, config.training.batch, config.training.batch * 2})
    if (of > 0) batch.values.push_back(Value(static_cast<int64_t>(of)));
  space.settings.push_back(std::move(batch));
  SpaceSetting dropout = number("dropout", 0, 0.6, false);
  dropout.keys.clear();
  add_dropout("query", config.query.layers, dropout);
  add_dropout("items", config.items.layers, dropout);
  for (size_t i = 0; i < config.ranking.size(); ++i)
    add_dropout(fmt::format("ranking.{}", i), config.ranking[i].layers, dropout);
  if (!dropout.keys.empty()) space.settings.push_back(std::move(dropout));
  SpaceSetting dims{.name = "dim", .keys = {}, .values = {}};
  for (const int64_t dim : {16, 32, 64}) dims.values.push_back(Value(dim));
  add_dims(config, dims);
  if (!dims.keys.empty()) space.settings.push_back(std::move(dims));
  return space;
}

}  // namespace

Space default_space(const Config& config) {
  if (config.has_towers()) return space_of_towers(config);
  find_kind(config.model);
  const auto listed = std::ranges::find(kSpaces, config.model.kind, &KindSpace::kind);
  Space space;
  if (listed != std::end(kSpaces)) space = read_space(parse_toml(listed->space, "space"), "space");
  if (space.settings.empty())
    throw usage_error("model.kind = \"{}\" has no default space; give one with --space", config.model.kind);
  return space;
}

Value space_value(const Space& space) {
  Value::Table table;
  for (const SpaceSetting& setting : space.settings) {
    Value::Table entry;
    if (setting.keys != std::vector<std::string>{setting.name})
      entry.emplace_back("keys", write_value(setting.keys));
    if (!setting.values.empty()) {
      entry.emplace_back("values", Value(Value::Array(setting.values)));
    } else {
      entry.emplace_back("min", Value(setting.least));
      entry.emplace_back("max", Value(setting.most));
      if (setting.log) entry.emplace_back("log", Value(true));
      if (setting.integer) entry.emplace_back("integer", Value(true));
    }
    table.emplace_back(setting.name, Value(std::move(entry)));
  }
  return Value(std::move(table));
}

std::string space_to_toml(const Space& space) {
  std::string text;
  const Value tree = space_value(space);
  for (const auto& [name, setting] : *tree.table())
    text += fmt::format("{} = {}\n", to_toml_key(name), to_toml(setting));
  return text;
}

}  // namespace shortlist
