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
          "file, glob or folder: CSV, TSV, Parquet, JSON, JSON lines; a relative path is relative to this "
          "file where the table is there, else to the working directory; --data replaces it (--items and "
          "--users those of their sections)");
    visit("sql", sql, "a query instead of a file; {data} in it stands for what --data says");
    visit("delimiter", delimiter,
          "between the columns of a text file, \"::\" too; \"whitespace\" is any run of blanks; found out "
          "when not given");
    visit("header", header, "whether a text file's first line names its columns; found out when not given");
    visit("columns", columns, "names of the columns of a text file without a header");
    visit("encoding", encoding, "of a text file that is not UTF-8: \"latin-1\" or \"utf-16\"");
    visit("quote", quote,
          "around values of a text file that contain the delimiter; '\"' when not given; \"\": none");
    visit("comment", comment, "lines of a text file that begin with this character are left out");
    visit("decimal", decimal, "the decimal point of numbers in texts: \",\" reads 4,5; \".\" when not given");
    visit("thousands", thousands, "between groups of three digits of numbers in texts: \",\" reads 1,100.50");
    visit("date_format", date_format,
          "of times in texts, beside ISO 8601: \"%d.%m.%Y %H:%M\", as in strptime");
    visit("missing", missing, "texts that mean a missing value, beside an empty one: [\"NA\", \"None\"]");
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
          "the table's key: a column in which each item or user occurs once. The default is the column named "
          "by items.id or data.user");
    TableConfig::fields(visit);
  }
};

}  // namespace shortlist
