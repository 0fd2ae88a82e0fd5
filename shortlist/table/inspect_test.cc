#include "shortlist/table/inspect.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "shortlist/table/column_statistics.h"
#include "shortlist/table/table_files.h"

namespace shortlist {
namespace {

std::vector<ColumnSummary> inspect_small(const FileFolder& folder) {
  const std::string path = folder.write(
      "a.csv", "name,n,on\nred blue,1,2020-01-02\nred blue,2,2020-01-01\ngreen,,2020-01-02\n,3,\n");
  return inspect(Table::open({.path = path}));
}

TEST(Inspect, CountsWhatStandsInASmallTable) {
  FileFolder folder;
  const std::vector<ColumnSummary> columns = inspect_small(folder);
  ASSERT_EQ(columns.size(), 3u);
  const ColumnSummary &name = columns[0], &n = columns[1], &on = columns[2];
  EXPECT_EQ(name.rows, 4u);
  EXPECT_EQ(name.missing, 1u);
  EXPECT_EQ(name.distinct, 2u);
  EXPECT_DOUBLE_EQ(*name.average_length, (8 + 8 + 5) / 3.0);
  EXPECT_DOUBLE_EQ(*name.average_words, 5 / 3.0);
  EXPECT_EQ(name.most_frequent[0], (std::pair<std::string, uint64_t>("red blue", 2)));
  EXPECT_FALSE(name.min.has_value());
  EXPECT_EQ(std::tuple(*n.min, *n.max, *n.mean), std::tuple(1, 3, 2));
  EXPECT_EQ(on.type, ColumnType::time);
  EXPECT_EQ(*on.min, 1577836800);
  EXPECT_EQ(on.most_frequent[0].first, "2020-01-02");
}

TEST(Inspect, PrintsAnAlignedTable) {
  FileFolder folder;
  EXPECT_EQ(
      inspect_text({.path = "a.csv"}, inspect_small(folder)),
      "a.csv: 4 rows, 3 columns\n\n"
      "column  type     missing  distinct  values                                      most frequent\n"
      "name    text           1         2  1.7 words                                   red blue (2), green "
      "(1)\n"
      "n       integer        1         3  1 to 3, mean 2                              1 (1), 2 (1), 3 (1)\n"
      "on      time           1         2  2020-01-01 00:00:00 to 2020-01-02 00:00:00  2020-01-02 (2), "
      "2020-01-01 (1)\n");
}

TEST(Inspect, WritesJson) {
  FileFolder folder;
  const nlohmann::json json = inspect_json({.path = "a.csv"}, inspect_small(folder));
  EXPECT_EQ(json["rows"], 4);
  EXPECT_EQ(
      json["columns"][1].dump(),
      R"({"distinct":3,"max":3.0,"mean":2.0,"min":1.0,"missing":1,"most_frequent":[{"rows":1,"value":"1"},)"
      R"({"rows":1,"value":"2"},{"rows":1,"value":"3"}],"name":"n","sql_type":"VARCHAR","type":"integer"})");
}

TEST(Inspect, SummarisesATableWithoutRowsAndNumbersThatAreNone) {
  FileFolder folder;
  const auto empty = inspect(Table::open({.path = folder.write("a.csv", "name,n\n")}));
  EXPECT_EQ(empty[0].rows, 0u);
  EXPECT_TRUE(empty[0].most_frequent.empty());
  const auto odd =
      inspect(Table::open({.sql = "SELECT unnest([1.5::DOUBLE, 'nan', 'inf', NULL]) AS x, [1, 2] AS l"}));
  EXPECT_EQ(std::tuple(odd[0].distinct, odd[0].missing, *odd[0].max, *odd[0].mean),
            std::tuple(3u, 1u, 1.5, 1.5));
  EXPECT_EQ(*odd[1].average_length, 2);
  EXPECT_EQ(odd[1].most_frequent[0].first, "[1, 2]");
}

TEST(Inspect, CountsWhatEachValueIs) {
  FileFolder folder;
  const Table table = Table::open(
      {.path = folder.write(
           "a.csv",
           "i,n,code,t,yes,mixed,blank\n1,1.5,07,2020-01-01,yes,NaN,1\n2.0,2,7,2020-01-01T10:00,no,7,\" \"\n"
           "12345678901234567890,1e3,8,2020-01-02 10:00:00Z,yes,[1],2\n")});
  const auto columns = inspect(table);
  std::string types;
  for (const ColumnSummary& c : columns)
    types += fmt::format("{} {} {} {} {} {} {}\n", column_type_name(c.type), c.integers, c.numbers, c.times,
                         c.truths, c.bracketed, c.blank);
  EXPECT_EQ(types,
            "integer 3 3 0 0 0 0\nnumber 1 3 0 0 0 0\ntext 2 2 0 0 0 0\ntime 0 0 3 0 0 0\ntext 0 0 0 3 0 0\n"
            "text 1 2 0 0 1 0\ninteger 2 2 0 0 0 1\n");
  EXPECT_TRUE(columns[4].is_truth());
  EXPECT_DOUBLE_EQ(*columns[4].mean, 2 / 3.0);
  EXPECT_EQ(columns[5].words_for_missing, (decltype(columns[5].words_for_missing){{"NaN", 1}}));
  EXPECT_EQ(inspect_notes({.path = "a.csv"}, columns).front(), "column 'mixed': has 'NaN' in 1 row");
}

TEST(Inspect, AdvisesOnNumbersWithCommas) {
  FileFolder folder;
  const Table table =
      Table::open({.path = folder.write("t.csv",
                                        "price;total;ids;mixed\n7,52;900.25;1,2,3;1,5\n3;1,100.50;4,5;one\n"
                                        "4,5;1,200;6;2\n")});
  const auto columns = inspect(table);
  EXPECT_EQ(advice_on_commas(columns[0]),
            ", such as '4,5'; if the decimal point is a comma, set decimal = \",\" in [data] (--decimal ,)");
  EXPECT_EQ(
      advice_on_commas(columns[1]),
      ", such as '1,100.50'; if commas separate thousands, set thousands = \",\" in [data] (--thousands ,)");
  EXPECT_EQ(advice_on_commas(columns[2]) + advice_on_commas(columns[3]), "");
  EXPECT_EQ(inspect_notes({.path = "t.csv"}, columns).size(), 2);
}

TEST(Inspect, AdvisesByTheClearestNumberWithCommas) {
  FileFolder folder;
  const Table table = Table::open(
      {.path = folder.write("t.csv", "a;b;c\n5,25;1,100;1,100\n1.100,50;5,25;2,200\n7,5;6,5;3,300\n")});
  const auto columns = inspect(table);
  EXPECT_TRUE(advice_on_commas(columns[0]).ends_with("(--decimal , --thousands .)"));
  EXPECT_TRUE(advice_on_commas(columns[1]).ends_with("set decimal = \",\" in [data] (--decimal ,)"));
  EXPECT_TRUE(advice_on_commas(columns[2])
                  .ends_with("(--decimal ,); if commas separate thousands, set thousands = \",\" in [data] "
                             "(--thousands ,)"));
}

TEST(Inspect, NotesBlanksAroundValues) {
  FileFolder folder;
  const Table table = Table::open(
      {.path = folder.write("t.csv", "user, item,rating\nu1, i1,1\nu2, i2,2\nu1,i 3,3\nu1, i2,3\n")});
  EXPECT_TRUE(inspect_notes({.path = "t.csv"}, inspect(table, 2))
                  .front()
                  .starts_with("column ' item': its values begin"));
  EXPECT_TRUE(inspect_notes({.path = "t.csv"}, inspect(table, 5)).empty());
}

TEST(Inspect, FindsTheSeparatorOfValuesThatComeAgain) {
  FileFolder folder;
  std::string text = "genres,title\n";
  for (int i = 0; i < 20; ++i)
    text +=
        fmt::format("{}|{},\"Title {}, or so\"\n", i % 2 ? "Action" : "War", i % 3 ? "Drama" : "Comedy", i);
  const auto columns = inspect(Table::open({.path = folder.write("a.csv", text)}));
  EXPECT_EQ(columns[0].separator, "|");
  EXPECT_EQ(columns[1].separator, "");
}

TEST(DistinctSketch, EstimatesWithinAFewPercent) {
  for (const uint64_t count : {0u, 1u, 100u, 20'000u, 1'000'000u}) {
    DistinctSketch sketch;
    for (uint64_t i = 0; i < count; ++i) sketch.add(i), sketch.add(i);
    EXPECT_NEAR(static_cast<double>(sketch.estimate()), static_cast<double>(count),
                0.03 * static_cast<double>(count));
  }
}

TEST(Inspect, CountsTheReferenceTablesDistinctValues) {
  SHORTLIST_REAL_DATA(path, "anime/clean_data.csv");
  std::vector<uint64_t> distinct;
  for (const ColumnSummary& column : inspect(Table::open({.path = path})))
    distinct.push_back(column.distinct);
  EXPECT_EQ(distinct, (std::vector<uint64_t>{997, 690, 5, 10, 3}));
}

}  // namespace
}  // namespace shortlist
