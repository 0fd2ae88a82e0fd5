// JSON members that several answers share.
#pragma once

#include "shortlist/io/json_writer.h"
#include "shortlist/server/model.h"

namespace shortlist {

// An attribute's value: a text, a number, a list of texts, or null. A time is written as text.
void write_value(const Attribute& attribute, const AttributeValue& value, JsonWriter& json);
// Members "id", "display" if the model has items.display, and "attributes".
void write_item(const Recommender& recommender, uint32_t item, JsonWriter& json);
// Member "predictions", an object by label. Nothing for a model that predicts no labels.
void write_predictions(const std::vector<std::string>& labels, const std::vector<float>& predictions,
                       JsonWriter& json);
// Member "explanation". A history's feature has a member "history" with the items that count most.
void write_explanation(const Recommender& recommender, const Explanation& explanation, JsonWriter& json);
// Adds warnings about columns with values that are unknown to the model, and about unknown items in
// histories, which it names. `queries` match the recommender's query_columns().
void add_unseen(const Recommender& recommender, const UnseenCounts& unseen,
                const std::vector<Column>& queries, std::vector<std::string>& warnings);
// Adds a warning about ids of a list that are not in the catalogue. It names them, or the first of them.
void add_unknown_ids(const Recommender& recommender, const char* field, const std::vector<std::string>& ids,
                     std::vector<std::string>& warnings);
// "the catalogue has no movie 'm01'", with the nearest id if there is one.
std::string no_such_item(const Recommender& recommender, const std::string& id);
// Member "warnings". Nothing if there are none.
void write_warnings(const std::vector<std::string>& warnings, JsonWriter& json);
// Member "model": its name and version.
void write_model(const ServedModel& model, JsonWriter& json);

}  // namespace shortlist
