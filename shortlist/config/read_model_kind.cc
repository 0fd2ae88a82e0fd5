#include "shortlist/config/read_model_kind.h"

#include <algorithm>
#include <array>

#include "shortlist/config/factorization_machine.h"

namespace shortlist {
namespace {

// The keys of [retrieval] for metrics, positives and search, which do not configure how towers learn.
constexpr std::array<std::string_view, 4> kOfEveryKind = {"positives", "top_k", "index", "hnsw"};

void reject_settings_of_towers(const Config& config) {
  for (const char* section : {"retrieval", "query", "items"}) {
    const Value* written = config.written.find(section);
    if (written == nullptr || written->table() == nullptr) continue;
    for (const auto& [key, value] : *written->table()) {
      if (!needs_missing_towers(config, section, key)) continue;
      const char* what = std::string_view(section) == "retrieval" ? "model.kind = \"two_tower\"" : "towers";
      throw Where{config.file, fmt::format("{}.{}", section, key)}.error(
          value, fmt::format("is for {}, but model.kind is \"{}\"", what, config.model.kind));
    }
  }
}

void query_by_user(Config& config) {
  const std::string& user = config.data.user;
  if (user.empty()) {
    const Value* model = config.written.find("model");
    throw Where{config.file, "model.kind"}.error(
        model != nullptr ? *model : config.written,
        fmt::format("\"{}\" needs data.user, the column that names a query's user, or query.features",
                    config.model.kind));
  }
  config.query.features = {user};
  if (std::ranges::find(config.features, user, &FeatureConfig::name) != config.features.end()) return;
  const Value category(Value::Table{{"kind", Value(std::string("category"))}});
  config.features.push_back(read_feature(user, category, {config.file, "features." + user}));
}

// A blend may be made step by step, but not trained without members. The kind checks the rest.
void check_members(const ModelConfig& model) {
  const Value* members = model.settings.find("members");
  const size_t count = members == nullptr || members->array() == nullptr ? 0 : members->array()->size();
  if (count >= 2) return;
  throw model.where.below("members").error(members != nullptr ? *members : model.written,
                                           fmt::format("has {}, need two or more kinds", count));
}

}  // namespace

void read_model_kind(const Value& value, ModelConfig& model, const Where& where) {
  if (value.table() == nullptr) throw where.error(value, "got " + value.describe() + ", need a table");
  model.written = value;
  model.where = where;
  Value::Table settings;
  for (const auto& entry : *value.table()) {
    if (entry.first == "kind") {
      read_value(entry.second, model.kind, where.below("kind"));
    } else {
      settings.push_back(entry);
    }
  }
  model.settings = Value(std::move(settings), value.line);
}

bool needs_missing_towers(const Config& config, std::string_view section, std::string_view key) {
  if (config.model.is_two_tower()) return false;
  if (section == "retrieval") return std::ranges::find(kOfEveryKind, key) == kOfEveryKind.end();
  if (config.has_towers()) return false;
  return (section == "query" && key == "layers") ||
         (section == "items" && (key == "layers" || key == "features"));
}

void complete_for_kind(Config& config) {
  if (config.model.kind == kBlend) check_members(config.model);
  complete_factorization_machine(config);
  if (config.model.kind == kBlend && config.model.retrieves_by_towers() && !config.retrieval)
    config.retrieval.emplace();
  if (config.model.retrieves_by_towers()) return;
  reject_settings_of_towers(config);
  if (!config.retrieval) config.retrieval.emplace();
  if (config.query.features.empty()) query_by_user(config);
}

}  // namespace shortlist
