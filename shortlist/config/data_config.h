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
  random,  // rows in a seeded random order
  order,   // rows in the table's order
  time,    // rows by a time column, oldest first: train on the past, test on the future
  column,  // a column says "train", "validation" or "test"
  rows,    // row numbers from a .npy file: first the training rows, then validation, then test
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

struct DataConfig : TableConfig {
  SplitConfig split;
  FitRows fit_features_on = FitRows::train;
  std::string user, weight;

  template <typename Visitor>
  void fields(Visitor& visit) {
    TableConfig::fields(visit);
    visit("split", split, "which rows are for training, validation and test");
    visit("fit_features_on", fit_features_on, "rows from which vocabularies, edges and means are taken");
    visit("user", user,
          "the user's column, for baselines and for similarity by ratings; a missing value is no user");
    visit("weight", weight, "a column with the weight of each row in the losses and metrics, 0 or more");
  }
};

}  // namespace shortlist
