#include "shortlist/server/routes/item_json.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/features/cell.h"

namespace shortlist {

void write_value(const Attribute& attribute, const AttributeValue& value, JsonWriter& json) {
  if (const auto* whole = std::get_if<int64_t>(&value)) {
    json.value(*whole);
  } else if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    json.begin_array();
    for (const std::string& one : *list) json.value(one);
    json.end_array();
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    json.value(*text);
  } else if (is_missing(value)) {
    json.null();
  } else if (attribute.kind == AttributeKind::time) {
    json.value(text_of(attribute, value));
  } else {
    json.value(std::get<double>(value));
  }
}

void write_item(const Recommender& recommender, uint32_t item, JsonWriter& json) {
  json.member("id", recommender.item_id(item));
  if (const auto display = recommender.display())
    json.member("display", recommender.attribute(*display, item));
  json.key("attributes").begin_object();
  for (const Attribute& attribute : recommender.attributes()) {
    json.key(attribute.name);
    write_value(attribute, attribute.values[item], json);
  }
  json.end_object();
}

void write_predictions(const std::vector<std::string>& labels, const std::vector<float>& predictions,
                       JsonWriter& json) {
  if (labels.empty()) return;
  json.key("predictions").begin_object();
  for (size_t i = 0; i < labels.size(); ++i) json.member(labels[i], predictions[i]);
  json.end_object();
}

namespace {

// Members "score" and "predictions": what a feature or an item of a history contributes.
void write_share(const Recommender& recommender, const std::vector<std::string>& labels, double score,
                 const std::vector<double>& predictions, JsonWriter& json) {
  if (recommender.has_retrieval()) json.member("score", score);
  if (labels.empty()) return;
  json.key("predictions").begin_object();
  for (size_t t = 0; t < labels.size(); ++t) json.member(labels[t], predictions[t]);
  json.end_object();
}

void write_history(const Recommender& recommender, const std::vector<std::string>& labels,
                   const std::vector<HistoryShare>& history, JsonWriter& json) {
  if (history.empty()) return;
  json.key("history").begin_array();
  for (const HistoryShare& share : history) {
    json.begin_object().member("id", recommender.item_id(share.item));
    if (const auto display = recommender.display())
      json.member("display", recommender.attribute(*display, share.item));
    write_share(recommender, labels, share.score, share.predictions, json);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void write_explanation(const Recommender& recommender, const Explanation& explanation, JsonWriter& json) {
  const std::vector<std::string> labels = recommender.labels();
  json.key("explanation").begin_object().member("method", explanation.method);
  if (recommender.has_retrieval()) json.member("constant", explanation.constant);
  json.key("features").begin_array();
  for (const FeatureShare& share : explanation.features) {
    json.begin_object().member("feature", share.feature).member("column", share.column);
    write_share(recommender, labels, share.score, share.predictions, json);
    write_history(recommender, labels, share.history, json);
    json.end_object();
  }
  json.end_array().end_object();
}

void add_unseen(const Recommender& recommender, const UnseenCounts& unseen,
                const std::vector<Column>& queries, std::vector<std::string>& warnings) {
  const std::vector<std::string>& histories = recommender.history_columns();
  for (const auto& [column, count] : unseen) {
    if (count == 0 || std::ranges::find(histories, column) != histories.end()) continue;
    warnings.push_back(fmt::format("{}: contains {} the model has not seen", column,
                                   count == 1 ? "a value that" : "values that"));
  }
  for (std::string& note : recommender.unknown_items(queries)) warnings.push_back(std::move(note));
}

void add_unknown_ids(const Recommender& recommender, const char* field, const std::vector<std::string>& ids,
                     std::vector<std::string>& warnings) {
  constexpr size_t kNamed = 10;
  std::vector<std::string> names;
  size_t unknown = 0;
  for (const std::string& id : ids) {
    if (recommender.find_item(id)) continue;
    if (++unknown <= kNamed) names.push_back(quote_value(id));
  }
  if (unknown == 0) return;
  warnings.push_back(fmt::format("{}: the catalogue has no {} {}{}", field, recommender.id_column(),
                                 fmt::join(names, ", "),
                                 unknown > kNamed ? fmt::format(" and {} more", unknown - kNamed) : ""));
}

std::string no_such_item(const Recommender& recommender, const std::string& id) {
  const std::string near = recommender.nearest_id(id);
  return fmt::format("the catalogue has no {} '{}'{}", recommender.id_column(), id,
                     near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
}

void write_warnings(const std::vector<std::string>& warnings, JsonWriter& json) {
  if (warnings.empty()) return;
  json.key("warnings").begin_array();
  for (const std::string& warning : warnings) json.value(warning);
  json.end_array();
}

void write_model(const ServedModel& model, JsonWriter& json) {
  json.key("model").begin_object().member("name", model.name).member("version", model.version()).end_object();
}

}  // namespace shortlist
