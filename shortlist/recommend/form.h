// The form fields of a query, of an item, and of the filterable attributes, for a page that builds its
// controls from them, and for validation.
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
  // The kind of the first feature that reads the column: "category". "history" if any is a history, "user" if
  // no feature reads it and it names the user whose history is known.
  std::string kind;
  bool takes_lists = false;     // whether every feature of the column reads a list as values, not as one text
  std::string separator = ",";  // for `several`: the separator of values within a text
  std::vector<std::string> choices;  // values that the model knows; empty if any value is valid
  std::optional<double> least, most;
};

// The columns of a query (an item), in config order. If a column is also an item attribute, the choices
// are the attribute's own values, as people write them.
std::vector<FormField> query_form(const Bundle& bundle);
std::vector<FormField> item_form(const Bundle& bundle);

// The fields of the items' attributes: number, time, `several` for lists, `one` for texts.
std::vector<FormField> attribute_form(const Bundle& bundle);

}  // namespace shortlist
