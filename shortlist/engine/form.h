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
  std::string kind;                  // of the first feature that reads the column: "category"
  bool takes_lists = false;          // a list of values is read as such, not as one text
  std::vector<std::string> choices;  // values that mean something to the model; empty where any does
  std::optional<double> least, most;
};

// The columns of a query (a candidate), in the order of the config. Where a column is also an attribute of
// the items, the choices are the attribute's own values, as people write them.
std::vector<FormField> query_form(const Bundle& bundle);
std::vector<FormField> candidate_form(const Bundle& bundle);

// The items' attributes: numbers where every value is one, `several` where values stand between commas.
std::vector<FormField> attribute_form(const Bundle& bundle);

}  // namespace shortlist
