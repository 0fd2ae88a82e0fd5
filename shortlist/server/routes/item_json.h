// What several answers write the same way.
#pragma once

#include "shortlist/io/json_writer.h"
#include "shortlist/server/model.h"

namespace shortlist {

// An attribute's value: a text, a number, a list of texts, or null; a time as text.
void write_value(const Attribute& attribute, const AttributeValue& value, JsonWriter& json);
// Members "id", "display" where the model has candidate.display, and "attributes".
void write_item(const Recommender& recommender, uint32_t item, JsonWriter& json);
// Member "predictions", an object by label; nothing for a model that predicts nothing.
void write_predictions(const std::vector<std::string>& labels, const std::vector<float>& predictions,
                       JsonWriter& json);
// Member "explanation".
void write_explanation(const Recommender& recommender, const Explanation& explanation, JsonWriter& json);
// Warnings about columns whose values are unknown to the model.
void add_unseen(const UnseenCounts& unseen, std::vector<std::string>& warnings);
// A warning about ids of a list that are not in the catalogue, which it names, or the first of them.
void add_unknown_ids(const Recommender& recommender, const char* field, const std::vector<std::string>& ids,
                     std::vector<std::string>& warnings);
// Member "warnings"; nothing where there are none.
void write_warnings(const std::vector<std::string>& warnings, JsonWriter& json);
// Member "model": its name and version.
void write_model(const ServedModel& model, JsonWriter& json);

}  // namespace shortlist
