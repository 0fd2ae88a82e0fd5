// The columns of a data spec: those of the interactions, and those of the item and user tables, joined
// to the interactions.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/config/data_spec.h"
#include "shortlist/features/cell.h"
#include "shortlist/train/known_data.h"
#include "shortlist/train/side_table.h"

namespace shortlist {

struct DataColumns {
  std::vector<CodedColumn> columns;
  size_t rows = 0;  // of the interactions
  // Items (users) of their table that no interaction has. Each is an extra row after the interactions, in the
  // id (user) column and in the columns of its table. All other columns end with the interactions.
  size_t other_items = 0, other_users = 0;
  struct Origin {
    std::string side_table;   // its name; "" for the interactions
    std::string date_format;  // of the table, in addition to ISO 8601; "" if it has none
  };
  std::map<std::string, Origin, std::less<>> origins;  // by column
  std::vector<std::string> notes;                      // notes for people about the side tables
  std::vector<std::pair<std::string, std::string>> side_fingerprints;  // "items", "users": SHA-256

  const CodedColumn& find(std::string_view name) const;
  CodedColumn& find(std::string_view name);
  // Requires a column of that name.
  const Origin& origin(std::string_view column) const;
};

struct ReadOptions {
  bool labels = true;                // false: label columns may be missing
  const KnownData* known = nullptr;  // catalogue and users to use instead of the tables' own
};

// Sets the form of a column and returns it.
using FormColumn = std::function<TextForm(CodedColumn&)>;

// Reads the interactions' columns and joins the side tables to them. Throws a data Error.
DataColumns read_data_columns(const DataSpec& spec, const Table& table, const ReadOptions& options,
                              const FormColumn& form);

// The fingerprint of the joined columns and of the side tables.
DataFingerprint fingerprint_of(const DataColumns& columns);

// Throws the error of a distinct value, with the first row that has it and a suggestion.
[[noreturn]] void throw_advised(const RowError& error, const DataColumns& columns, const CodedColumn& column,
                                uint32_t code);

// Adds the column's name, the table's row and advice to a RowError about a column's distinct values.
template <typename Work>
auto with_row_of(const DataColumns& columns, const CodedColumn& column, Work work) {
  try {
    return work();
  } catch (const RowError& error) {
    throw_advised(error, columns, column, static_cast<uint32_t>(error.row()));
  }
}

// An error whose message already names its table.
class NamedError : public Error {
 public:
  using Error::Error;
};

// Adds the table's name to errors about its values.
template <typename Work>
auto with_name_of(const Table& table, Work work) {
  try {
    return work();
  } catch (const NamedError&) {
    throw;
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("{}: {}", table.source().describe(), error.what()));
  }
}

}  // namespace shortlist
