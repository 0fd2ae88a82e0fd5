// Options of `init`.
#pragma once

#include <string>
#include <vector>

namespace shortlist {

// Overrides of what is guessed. Empty means guessed. Columns have the table's own names.
struct InitOptions {
  std::string label, item;
  std::vector<std::string> query;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit(
        "label", label,
        "Column to predict. By default it is found by its name, or by its values in a table without names.");
    visit("query", query, "Columns of the query. The default is the user if there is one.");
    visit("item", item, "Column of the items to recommend");
  }
};

}  // namespace shortlist
