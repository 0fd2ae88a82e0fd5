// The settings for a table's location and format, shared by [data], [items] and [users].
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/table/table_source.h"

namespace shortlist {

struct TableConfig {
  std::string table, sql;
  std::string delimiter;
  std::optional<bool> header;
  std::vector<std::string> columns;
  std::string encoding;
  std::optional<std::string> quote;
  std::string comment, decimal, thousands, date_format;
  std::vector<std::string> missing;
  std::string data;  // replaces {data} in `sql`; not a setting

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("table", table,
          "File, glob or folder: CSV, TSV, Parquet, JSON or JSON lines. A relative path is relative to this "
          "file if the table is there, otherwise to the working directory. --data replaces it (in [items] "
          "and [users]: --items and --users).");
    visit("sql", sql, "A query instead of a file. {data} in it is replaced by the argument of --data.");
    visit("delimiter", delimiter,
          "Separator of columns in a text file; it may be longer, such as \"::\". \"whitespace\" means any "
          "run of blanks. Detected if not set.");
    visit("header", header,
          "Whether the first line of a text file contains the column names. Detected if not set.");
    visit("columns", columns, "Column names of a text file without a header");
    visit("encoding", encoding, "Encoding of a text file that is not UTF-8: \"latin-1\" or \"utf-16\"");
    visit("quote", quote,
          "Quote character around values of a text file that contain the delimiter. The default is '\"'; "
          "\"\" means none.");
    visit("comment", comment, "Lines of a text file that begin with this character are skipped");
    visit("decimal", decimal, "Decimal point of numbers in texts: \",\" reads 4,5. The default is \".\".");
    visit("thousands", thousands, "Thousands separator of numbers in texts: \",\" reads 1,100.50");
    visit("date_format", date_format,
          "Format of times in texts, in addition to ISO 8601: \"%d.%m.%Y %H:%M\", as in strptime");
    visit("missing", missing,
          "Texts that mean a missing value, in addition to the empty one: [\"NA\", \"None\"]");
  }
  bool has_table() const { return !table.empty() || !sql.empty(); }
  TableSource source() const;
  // Uses another table instead, as given with --data. Replaces {data} in `sql` if `sql` contains it, else
  // `table`. A text that begins with SELECT or WITH is a query, otherwise a file or glob.
  void use_table(const std::string& text);
  // The text for which use_table() sets the same source.
  const std::string& table_text() const { return !data.empty() ? data : !table.empty() ? table : sql; }
};

// [items] and [users]: a table with one row per item or user, joined by its key to the rows of [data].
struct SideTableConfig : TableConfig {
  std::string key;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("key", key,
          "Key of the table: a column in which each item or user occurs once. The default is the column named "
          "by items.id or data.user.");
    TableConfig::fields(visit);
  }
};

}  // namespace shortlist
