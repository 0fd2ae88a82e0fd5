// What a person may give and ask: the fields of a query, of a candidate, and the attributes to filter by; for
// a page that builds its controls from them, and for checks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/features/feature.h"

namespace shortlist {

struct Bundle;

struct FormField {
  std::string column;
  InputKind input = InputKind::one;
  std::string kind;             // of the first feature that reads the column: "category"
  bool takes_lists = false;     // every feature of the column reads a list as its values, not as one text
  std::string separator = ",";  // of `several`: between the values of a text
  std::vector<std::string> choices;  // values that mean something to the model; empty where any does
  std::optional<double> least, most;
};

// The columns of a query (a candidate), in the order of the config. Where a column is also an attribute of
// the items, the choices are the attribute's own values, as people write them.
std::vector<FormField> query_form(const Bundle& bundle);
std::vector<FormField> candidate_form(const Bundle& bundle);

// The items' attributes by their kinds: number, time, `several` for lists, `one` for texts.
std::vector<FormField> attribute_form(const Bundle& bundle);

}  // namespace shortlist
