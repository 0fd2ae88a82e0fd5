#include "shortlist/config/earlier_config.h"

#include <algorithm>
#include <string>
#include <utility>

#include "shortlist/index/hnsw_config.h"

namespace shortlist {
namespace {

Value::Table* table_of(Value* value) {
  return value == nullptr ? nullptr : std::get_if<Value::Table>(&value->data);
}
Value::Array* array_of(Value* value) {
  return value == nullptr ? nullptr : std::get_if<Value::Array>(&value->data);
}

// [candidate] was the tower, and [items] the table of items alone.
void rename_candidate(Value& config) {
  Value::Table* sections = table_of(&config);
  if (sections == nullptr) return;
  const auto named = [&](const char* name) {
    return std::ranges::find(*sections, name, [](const auto& entry) { return entry.first; });
  };
  const auto candidate = named("candidate"), items = named("items");
  if (candidate == sections->end()) return;
  candidate->first = "items";
  Value::Table* tower = table_of(&candidate->second);
  const Value::Table* side = items == sections->end() ? nullptr : table_of(&items->second);
  if (tower == nullptr || side == nullptr) return;
  tower->insert(tower->end(), side->begin(), side->end());
  sections->erase(items);
}

void rename_inputs(Value& config) {
  Value::Array* rankings = array_of(config.find("ranking"));
  if (rankings == nullptr) return;
  for (Value& ranking : *rankings) {
    Value::Array* layers = array_of(ranking.find("layers"));
    if (layers == nullptr) continue;
    for (Value& layer : *layers) {
      Value::Array* inputs = array_of(layer.find("inputs"));
      if (inputs == nullptr) continue;
      for (Value& input : *inputs)
        if (input.text() != nullptr && *input.text() == "candidate") input = Value(std::string("item"));
    }
  }
}

void rename_hnsw(Value& config) {
  Value* retrieval = config.find("retrieval");
  Value::Table* hnsw = table_of(retrieval == nullptr ? nullptr : retrieval->find("hnsw"));
  if (hnsw == nullptr) return;
  for (auto& [key, value] : *hnsw)
    for (const auto& [before, now] : HnswConfig::renamed)
      if (key == before) key = now;
}

}  // namespace

Value with_current_names(Value config) {
  rename_candidate(config);
  rename_inputs(config);
  rename_hnsw(config);
  return config;
}

}  // namespace shortlist
