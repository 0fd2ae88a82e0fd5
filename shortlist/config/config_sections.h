// The one list of a config's sections, from which they are read, written and described.
#pragma once

#include "shortlist/config/config.h"

namespace shortlist {

// Calls visit(name, section, help) for each section, in the order in which a full config is written.
// [features] and [model] are of kinds that read themselves; the other sections are settings structs, an
// optional one or a vector of them.
template <typename Visitor>
void visit_sections(Config& config, Visitor& visit) {
  visit("data", config.data, "Where the rows come from.");
  visit("users", config.users,
        "An optional table with one row per user, which is joined to the rows of [data] by a key.");
  visit("features", config.features, "What the towers see of each row, by name.");
  visit("model", config.model, "The kind of model that retrieves, and the settings of that kind.");
  visit("query", config.query, "The tower for queries: a user, a context, a set of tags.");
  visit("items", config.items,
        "What is recommended: the items, and the tower that embeds them. A table of items, with one row per "
        "item, "
        "is joined to the rows of [data] by a key.");
  visit("retrieval", config.retrieval,
        "Learns to find a row's item among all items. Without this section there is no such task.");
  visit("ranking", config.ranking,
        "Learns to predict a label. There may be none, one or several of these tasks.");
  visit("training", config.training, "How the model is trained.");
  visit("recommend", config.recommend, "The list that answers a query.");
}

}  // namespace shortlist
