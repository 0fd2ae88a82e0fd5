// The columns that a config speaks of: those of the interactions, and those of the tables of items and users,
// joined to them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/features/cell.h"
#include "shortlist/train/known_data.h"
#include "shortlist/train/side_table.h"

namespace shortlist {

struct DataColumns {
  std::vector<CodedColumn> columns;
  size_t rows = 0;  // of the interactions
  // Items (users) of their table that no row has. Each is a row after the others, in the column of ids
  // (users) and in the columns of the table; all other columns end with the interactions.
  size_t other_items = 0, other_users = 0;
  std::map<std::string, std::string, std::less<>> tables;        // by column: the side table that it is from
  std::map<std::string, std::string, std::less<>> date_formats;  // by column
  std::vector<std::string> notes;  // what a person should know about side tables
  std::vector<std::pair<std::string, std::string>> side_fingerprints;  // "items", "users": SHA-256

  const CodedColumn& find(std::string_view name) const;
  CodedColumn& find(std::string_view name);
  // The format in which a column's table writes times, beside ISO 8601; "" for none.
  std::string date_format(std::string_view column) const;
  // The side table that a column is from; "" for the interactions.
  std::string table_of(std::string_view column) const;
};

struct ReadOptions {
  bool labels = true;                // else columns of labels may be absent
  const KnownData* known = nullptr;  // whose catalogue and users it is, where it is not the tables' own
};

// Gives a column its form, and says which that is.
using FormColumn = std::function<TextForm(CodedColumn&)>;

// Reads the interactions' columns and joins the side tables of the config to them. Throws a data Error.
DataColumns read_data_columns(const Config& config, const Table& table, const ReadOptions& options,
                              const FormColumn& form);

// Of the columns as the interactions see them, and of the side tables.
DataFingerprint fingerprint_of(const DataColumns& columns);

// Throws the error of a distinct value, with the row where it first is and what may be meant by it.
[[noreturn]] void throw_advised(const RowError& error, const DataColumns& columns, const CodedColumn& column,
                                uint32_t code);

// A RowError about a column's distinct values gets the column's name, the table's row and advice.
template <typename Work>
auto with_row_of(const DataColumns& columns, const CodedColumn& column, Work work) {
  try {
    return work();
  } catch (const RowError& error) {
    throw_advised(error, columns, column, static_cast<uint32_t>(error.row()));
  }
}

// An error that already says which table it is about.
class NamedError : public Error {
 public:
  using Error::Error;
};

// What is wrong with a table's values is told with the table's name.
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
