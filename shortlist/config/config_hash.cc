#include "shortlist/config/config_hash.h"

#include <algorithm>

#include "shortlist/io/sha256.h"

namespace shortlist {
namespace {

void leave_out_rate_of(Value& owner) {
  Value* optimizer = owner.find("optimizer");
  for (const std::string& name : all_optimizers()) {
    if (Value* rate = optimizer != nullptr ? optimizer->find(name) : nullptr) *rate = Value(0.0);
  }
}

// A run whose loss became infinite may be resumed with a lower learning rate.
void leave_out_learning_rates(Value& config) {
  Value* training = config.find("training");
  if (training == nullptr) return;
  leave_out_rate_of(*training);
  Value* parts = training->find("parts");
  if (auto* list = parts != nullptr ? std::get_if<Value::Array>(&parts->data) : nullptr) {
    for (Value& part : *list) leave_out_rate_of(part);
  }
}

void leave_out_keys(Value& config, const char* section, std::initializer_list<std::string_view> keys) {
  if (Value* settings = config.find(section)) {
    std::erase_if(*std::get_if<Value::Table>(&settings->data),
                  [&](const auto& entry) { return std::ranges::find(keys, entry.first) != keys.end(); });
  }
}

void leave_out_paths(Value& config) {
  for (const char* section : {"data", "items", "users"}) leave_out_keys(config, section, {"table"});
}

}  // namespace

std::string whole_config_hash(const Config& config) {
  Value written = config.written;
  leave_out_paths(written);
  return sha256_hex(to_toml(written));
}

std::string config_hash(const Config& config) {
  Value written = config.written;
  const auto leave_out = [&](const char* section, std::initializer_list<std::string_view> keys) {
    leave_out_keys(written, section, keys);
  };
  leave_out("training", {"epochs", "refit", "tensorboard", "keep_checkpoints", "table_storage"});
  leave_out("model", {"epochs"});
  leave_out_learning_rates(written);
  leave_out("retrieval", {"index", "hnsw"});
  leave_out_paths(written);
  leave_out("recommend", {"order", "blend", "candidates"});
  if (const Value* recommend = written.find("recommend"); recommend != nullptr && recommend->table()->empty())
    std::erase_if(*std::get_if<Value::Table>(&written.data),
                  [](const auto& entry) { return entry.first == "recommend"; });
  std::string text = to_toml(written);
  if (config.items.has_table()) text += "\nwith a table of items";
  for (const RankingConfig& ranking : config.ranking)
    text += ranking.standardizes() ? "\nstandardised" : "\nas it is";
  return sha256_hex(text);
}

}  // namespace shortlist
