// A config for a table that nobody has described: written from what its columns look like, with the reason
// beside each choice. It trains as it is.
#pragma once

#include <string>
#include <vector>

#include "shortlist/table/table.h"

namespace shortlist {

// What a person knows better; empty: found out. Columns go by the table's own names.
struct InitOptions {
  std::string label, candidate;
  std::vector<std::string> query;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("label", label,
          "the column to predict; found by its name, or in a table without names by its values");
    visit("query", query, "the columns to ask with; a user where there is one");
    visit("candidate", candidate, "the column of the items to recommend");
  }
};

// TOML that read_config() takes; [data] says what the table's source says. The same table gives the same
// text. Throws a data Error for a table without rows and for a named column that is not there or does not
// fit; a usage Error where no query or no candidate can be found.
std::string init_config(const Table& table, const InitOptions& options);

}  // namespace shortlist
