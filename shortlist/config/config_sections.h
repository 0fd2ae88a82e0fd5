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
  visit("items", config.items,
        "A table of items, with one row for each, that is joined to the rows of [data].");
  visit("users", config.users,
        "A table of users, with one row for each, that is joined to the rows of [data].");
  visit("features", config.features, "What the towers see of each row, by name.");
  visit("model", config.model, "The kind of model that retrieves, and the settings of that kind.");
  visit("query", config.query, "The tower of what asks: a user, a context, a set of tags.");
  visit("candidate", config.candidate, "The tower of what is recommended.");
  visit("retrieval", config.retrieval,
        "Learns to find a row's candidate among all. Without this section there is no such task.");
  visit("ranking", config.ranking, "Learns to predict a label. None, one or several of them.");
  visit("training", config.training, "How the model learns.");
  visit("recommend", config.recommend, "The list that answers a query.");
}

}  // namespace shortlist
