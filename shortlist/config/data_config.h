// [data]: the table, and how its rows are split.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/config/table_config.h"
#include "shortlist/features/time_form.h"
#include "shortlist/table/coded_column.h"

namespace shortlist {

enum class SplitBy {
  random,      // rows in a seeded random order
  order,       // rows in the table's order
  time,        // rows by a time column, oldest first: train on the past, test on the future
  column,      // a column says "train", "validation" or "test"
  rows,        // row numbers from a .npy file: first the training rows, then validation, then test
  user,        // whole users in a seeded random order
  last,        // the last rows of each user are held out
  stratified,  // random rows of each user are held out
};
template <>
struct EnumNames<SplitBy> {
  static constexpr std::pair<SplitBy, std::string_view> names[] = {
      {SplitBy::random, "random"}, {SplitBy::order, "order"},
      {SplitBy::time, "time"},     {SplitBy::column, "column"},
      {SplitBy::rows, "rows"},     {SplitBy::user, "user"},
      {SplitBy::last, "last"},     {SplitBy::stratified, "stratified"}};
};

struct SplitConfig {
  SplitBy by = SplitBy::random;
  double train = 0.8, validation = 0.1, test = 0.1;
  int64_t seed = 42;
  std::string column, rows, user;
  std::optional<TimeUnit> unit;
  std::optional<std::string> format;

  // Whether each user's rows are split, by `validation` and `test` alone.
  bool within_users() const { return by == SplitBy::last || by == SplitBy::stratified; }
  bool needs_user() const { return by == SplitBy::user || within_users(); }
  bool has_times() const { return by == SplitBy::time || (by == SplitBy::last && !column.empty()); }

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("by", by,
          "How rows are assigned to the parts: random; order, as in the table; time, oldest first; column, "
          "by the words in a column; rows, by row numbers in a file; user, whole users at random; last, the "
          "last rows of each user are held out; stratified, random rows of each user are held out. The last "
          "three need user.");
    visit(
        "train", train,
        "Training rows: a count, or a share of the table up to 1. With by = \"user\": users instead of rows. "
        "With by = \"last\" or \"stratified\", all other rows are training rows, regardless of this setting.",
        Range::between(0, kMostRows));
    visit(
        "validation", validation,
        "Rows that are watched during training: a count or a share. With by = \"column\", 0 leaves its "
        "validation rows out. With by = \"user\": users. With by = \"last\" or \"stratified\": rows of each "
        "user, a count from 1, or a share below 1; a user keeps at least one training row.",
        Range::between(0, kMostRows));
    visit("test", test,
          "Rows that are evaluated once, at the end: a count or a share, as for validation. With by = "
          "\"column\", 0 leaves its test rows out.",
          Range::between(0, kMostRows));
    visit("seed", seed, "Seed of the random order of rows or users");
    visit(
        "column", column,
        "With by = \"time\": the column of times. With by = \"last\": the same; without it, the last rows "
        "are "
        "those at the end of the table. With by = \"column\": a column with the words train, validation and "
        "test; rows without a value are left out.");
    visit("user", user,
          "With by = \"user\", \"last\" or \"stratified\": the column whose rows belong together, such as a "
          "user "
          "or a session. The default is data.user.");
    visit("rows", rows, "With by = \"rows\": a .npy file of 0-based row numbers, in order");
    visit("unit", unit,
          "With by = \"time\" or \"last\": the unit of the times, as in a time feature. The default is that "
          "of the "
          "column's time feature.");
    visit("format", format,
          "With by = \"time\" or \"last\": the format of the times, as in a time feature. The default is "
          "that of the "
          "column's time feature.");
  }
};

enum class FitRows { train, table };
template <>
struct EnumNames<FitRows> {
  static constexpr std::pair<FitRows, std::string_view> names[] = {{FitRows::train, "train"},
                                                                   {FitRows::table, "table"}};
};

// The time of each row.
struct TimeConfig {
  static constexpr const char* shorthand = "column";
  std::string column;
  std::optional<TimeUnit> unit;
  std::optional<std::string> format;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("column", column, "Column of the table. A text instead of a table sets only this key.");
    visit("unit", unit,
          "The unit of the times, as in a time feature. The default is that of the column's time feature.");
    visit("format", format,
          "The format of the times, as in a time feature. The default is that of the column's time feature.");
  }
};

struct DataConfig : TableConfig {
  SplitConfig split;
  FitRows fit_features_on = FitRows::train;
  std::string user, weight;
  TimeConfig time;

  template <typename Visitor>
  void fields(Visitor& visit) {
    TableConfig::fields(visit);
    visit("split", split, "Which rows are for training, validation and test");
    visit("fit_features_on", fit_features_on, "Rows from which vocabularies, edges and means are computed");
    visit("user", user,
          "Column that identifies the user, for histories, baselines and similarity by ratings. A missing "
          "value "
          "means no user.");
    visit(
        "time", time,
        "Column with the time of each row: the order of each user's history. The default is the column of a "
        "split by time. A time feature of the column may declare its unit or format.");
    visit("weight", weight, "Column with the weight of each row in losses and metrics, 0 or more");
  }
};

}  // namespace shortlist
