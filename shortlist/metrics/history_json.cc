#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "shortlist/base/error.h"
#include "shortlist/metrics/history_json.h"

namespace shortlist {
namespace {

using Json = nlohmann::ordered_json;

Json from_figures(const Metrics& figures) {
  Json json = Json::object();
  for (const auto& [name, value] : figures) json[name] = value;
  return json;
}

// The path of a value, for messages: "history.json: epochs[3].train.rmse".
struct Place {
  std::string path;
  Place operator/(const std::string& key) const { return {path + "." + key}; }
};

const Json& member(const Json& object, const std::string& key, const Place& at) {
  if (!object.is_object()) throw data_error("{} is {}, not an object", at.path, object.type_name());
  const auto found = object.find(key);
  if (found == object.end()) throw data_error("{} has no '{}'", at.path, key);
  return *found;
}

double to_number(const Json& json, const Place& at) {
  if (json.is_null()) return NAN;
  if (!json.is_number()) throw data_error("{} is {}, not a number", at.path, json.type_name());
  return json.get<double>();
}

Metrics to_figures(const Json& json, const Place& at) {
  if (!json.is_object()) throw data_error("{} is {}, not an object", at.path, json.type_name());
  Metrics figures;
  for (const auto& [name, value] : json.items()) figures.emplace_back(name, to_number(value, at / name));
  return figures;
}

EpochRecord to_record(const Json& json, const Place& at) {
  const Json& epoch = member(json, "epoch", at);
  constexpr int kMost = std::numeric_limits<int>::max();
  if (!epoch.is_number_integer())
    throw data_error("{}.epoch is {}, not a whole number", at.path, epoch.dump());
  if (epoch.get<double>() < 0 || epoch.get<double>() > kMost) {
    throw data_error("{}.epoch is {}, not a whole number up to {}", at.path, epoch.dump(), kMost);
  }
  return {epoch.get<int>(), to_number(member(json, "learning_rate", at), at / "learning_rate"),
          to_figures(member(json, "train", at), at / "train"),
          to_figures(member(json, "validation", at), at / "validation")};
}

Json parse(std::string_view text, const std::string& file) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) throw data_error("{}: not JSON", file);
  return json;
}

}  // namespace

std::string to_json(const History& history, int kept_epoch) {
  Json epochs = Json::array();
  for (const EpochRecord& epoch : history.epochs) {
    epochs.push_back({{"epoch", epoch.epoch},
                      {"learning_rate", epoch.learning_rate},
                      {"train", from_figures(epoch.train)},
                      {"validation", from_figures(epoch.validation)}});
  }
  Json json = Json::object();
  if (kept_epoch > 0) json["kept_epoch"] = kept_epoch;
  json["epochs"] = std::move(epochs);
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

History history_from_json(std::string_view text, const std::string& file) {
  const Json json = parse(text, file);
  const Json& epochs = member(json, "epochs", {file + ": the history"});
  if (!epochs.is_array()) throw data_error("{}: epochs is {}, not a list", file, epochs.type_name());
  History history;
  for (size_t i = 0; i < epochs.size(); ++i) {
    history.epochs.push_back(to_record(epochs[i], {fmt::format("{}: epochs[{}]", file, i)}));
  }
  return history;
}

}  // namespace shortlist
