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
    visit("label", label,
          "the column to predict; found by its name, or in a table without names by its values");
    visit("query", query, "the columns to ask with; a user where there is one");
    visit("item", item, "the column of the items to recommend");
  }
};

}  // namespace shortlist
