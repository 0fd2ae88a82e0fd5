#include "shortlist/features/feature_settings.h"

#include <nlohmann/json.hpp>

namespace shortlist {
namespace {

nlohmann::json to_json(const Value& value) {
  struct Visitor {
    nlohmann::json operator()(std::monostate) const { return nullptr; }
    nlohmann::json operator()(const Value::Array& array) const {
      nlohmann::json list = nlohmann::json::array();
      for (const Value& element : array) list.push_back(to_json(element));
      return list;
    }
    nlohmann::json operator()(const Value::Table& table) const {
      nlohmann::json object = nlohmann::json::object();
      for (const auto& [key, element] : table) object[key] = to_json(element);
      return object;
    }
    nlohmann::json operator()(bool b) const { return b; }
    nlohmann::json operator()(int64_t i) const { return i; }
    nlohmann::json operator()(double d) const { return d; }
    nlohmann::json operator()(const std::string& text) const { return text; }
  };
  return std::visit(Visitor(), value.data);
}

Value from_json(const nlohmann::json& json) {
  if (json.is_boolean()) return Value(json.get<bool>());
  if (json.is_number_integer()) return Value(json.get<int64_t>());
  if (json.is_number()) return Value(json.get<double>());
  if (json.is_string()) return Value(json.get<std::string>());
  if (json.is_array()) {
    Value::Array array;
    for (const nlohmann::json& element : json) array.push_back(from_json(element));
    return Value(std::move(array));
  }
  Value::Table table;
  for (const auto& [key, element] : json.items()) table.emplace_back(key, from_json(element));
  return Value(std::move(table));
}

}  // namespace

Error setting_error(const Value& value, const Where& where, std::string_view key,
                    const std::string& message) {
  const Value* entry = value.find(key);
  return where.below(key).error(entry != nullptr ? *entry : value, message);
}

nlohmann::json settings_to_json(const Value& settings) {
  nlohmann::json json = to_json(settings);
  json.erase("vocabulary");
  return json;
}

Value settings_from_json(const nlohmann::json& settings) {
  if (!settings.is_object())
    throw data_error("feature: got {}, need an object of settings", settings.type_name());
  return from_json(settings);
}

}  // namespace shortlist
