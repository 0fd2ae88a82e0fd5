// [data]: the table, and which of its rows are for what.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/features/time_form.h"
#include "shortlist/table/coded_column.h"
#include "shortlist/table/table_source.h"

namespace shortlist {

enum class SplitBy {
  random,  // rows in a seeded random order
  order,   // rows in the table's order
  time,    // rows by a time column, oldest first: train on the past, test on the future
  column,  // a column says "train", "validation" or "test"
  rows,    // row numbers from a .npy file: the first are train, then validation, then test
};
template <>
struct EnumNames<SplitBy> {
  static constexpr std::pair<SplitBy, std::string_view> names[] = {{SplitBy::random, "random"},
                                                                   {SplitBy::order, "order"},
                                                                   {SplitBy::time, "time"},
                                                                   {SplitBy::column, "column"},
                                                                   {SplitBy::rows, "rows"}};
};

struct SplitConfig {
  SplitBy by = SplitBy::random;
  double train = 0.8, validation = 0.1, test = 0.1;
  int64_t seed = 42;
  std::string column, rows;
  std::optional<TimeUnit> unit;
  std::optional<std::string> format;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("by", by,
          "random: in a seeded order; order: as in the table; time: oldest first; column: as it says; rows: "
          "as a file says");
    visit("train", train, "rows to learn from: a count, or a share of the table up to 1",
          Range::between(0, kMostRows));
    visit("validation", validation,
          "rows watched while training: a count or a share; 0 with by = \"column\": its rows are left out",
          Range::between(0, kMostRows));
    visit("test", test, "rows looked at once, at the end: a count or a share; 0 as for validation",
          Range::between(0, kMostRows));
    visit("seed", seed, "of the random order");
    visit("column", column,
          "by = \"time\": the time; by = \"column\": contains train, validation or test; a row without a "
          "value is left out");
    visit("rows", rows, "by = \"rows\": a .npy file of 0-based row numbers, in order");
    visit("unit", unit,
          "by = \"time\": as a time feature has it; else that of the time feature of the column");
    visit("format", format,
          "by = \"time\": as a time feature has it; else that of the time feature of the column");
  }
};

enum class FitRows { train, table };
template <>
struct EnumNames<FitRows> {
  static constexpr std::pair<FitRows, std::string_view> names[] = {{FitRows::train, "train"},
                                                                   {FitRows::table, "table"}};
};

struct DataConfig {
  std::string table, sql;
  std::string delimiter;
  std::optional<bool> header;
  std::vector<std::string> columns;
  std::string encoding;
  std::optional<std::string> quote;
  std::string comment, decimal, thousands, date_format;
  std::vector<std::string> missing;
  SplitConfig split;
  FitRows fit_features_on = FitRows::train;
  std::string user, weight;
  std::string data;  // what {data} in `sql` stands for; not a setting

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("table", table,
          "file, glob or folder: CSV, TSV, Parquet, JSON, JSON lines; a relative path is relative to this "
          "file where the table is there, else to the working directory; --data replaces it");
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
    visit("split", split, "which rows are for training, validation and test");
    visit("fit_features_on", fit_features_on, "rows from which vocabularies, edges and means are taken");
    visit("user", user,
          "the user's column, for baselines and for similarity by ratings; a missing value is no user");
    visit("weight", weight, "a column with the weight of each row in the losses and metrics, 0 or more");
  }
  TableSource source() const;
  // Another table than the config's, as --data gives it: takes the place of {data} in `sql` where that
  // stands, else of `table`. A text that begins with SELECT or WITH is a query, else it is a file or glob.
  void use_table(const std::string& text);
  // The text that use_table() takes for the same source.
  const std::string& table_text() const { return !data.empty() ? data : !table.empty() ? table : sql; }
};

}  // namespace shortlist
