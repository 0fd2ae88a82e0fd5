#include "shortlist/table/counted_column.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "shortlist/table/read_range.h"
#include "shortlist/table/table_files.h"

namespace shortlist {
namespace {

std::vector<uint8_t> every_third(const TableRange& range) {
  std::vector<uint8_t> selected;
  for (uint64_t row = range.begin; row < range.end; ++row) selected.push_back(row % 3 == 0 ? 1 : 0);
  return selected;
}

CountedColumn count_range(const Table& table, const ColumnRequest& request, TableRange range) {
  return count_values(std::move(code_range(table, {request}, range)[0]), every_third(range));
}

std::vector<std::string> texts_of(const CodedColumn& column) {
  std::vector<std::string> texts;
  for (uint32_t code = 0; code < column.distinct(); ++code)
    texts.push_back(column.values.is_missing(code) ? "missing" : column.text(code));
  return texts;
}

// Joins the shards in both orders and compares with one part that is the whole.
void expect_parts_join(const Table& table, const std::string& name, uint64_t rows) {
  const ColumnRequest request{name};
  const CountedColumn whole = count_range(table, request, {0, rows});
  for (const uint64_t count : {1, 2, 3, 7}) {
    std::vector<CountedColumn> shards;
    for (uint64_t index = 0; index < count; ++index)
      shards.push_back(count_range(table, request, Shard{index, count}.of(rows)));
    std::vector<const CountedColumn*> parts;
    for (const CountedColumn& shard : shards) parts.push_back(&shard);
    for (int order = 0; order < 2; ++order, std::ranges::reverse(parts)) {
      const CountedColumn joined = join_parts(table.columns()[table.column(name)].type, parts);
      EXPECT_EQ(joined.column.values.type, whole.column.values.type) << name << " " << count;
      EXPECT_EQ(texts_of(joined.column), texts_of(whole.column)) << name << " " << count;
      EXPECT_EQ(joined.column.first_row, whole.column.first_row) << name << " " << count;
      EXPECT_EQ(joined.all, whole.all) << name << " " << count;
      EXPECT_EQ(joined.selected, whole.selected) << name << " " << count;
    }
  }
}

TEST(CountedColumn, PartsJoinToTheWholeColumn) {
  const FileFolder folder;
  std::string text = "late_text,integer,some_missing,number\n";
  for (int row = 0; row < 50; ++row) {
    text += row == 44 ? "x1" : std::to_string(row % 11);
    text += "," + std::to_string(row % 7) + "," + (row % 3 == 0 ? "" : std::to_string(row % 5)) + "," +
            std::to_string(row % 4) + ".5\n";
  }
  const Table table = Table::open({.path = folder.write("a.csv", text)});
  for (const char* name : {"late_text", "integer", "some_missing", "number"})
    expect_parts_join(table, name, 50);
}

TEST(CountedColumn, PartsOfTypedColumnsJoin) {
  const Table table = Table::open({.sql = "SELECT range % 7 AS i, (range % 5) / 2.0 AS d, TIMESTAMP "
                                          "'2020-01-01' + to_days((range % 4)::INT) "
                                          "AS t, [range % 3, range % 2] AS l FROM range(40)"});
  for (const char* name : {"i", "d", "t", "l"}) expect_parts_join(table, name, 40);
}

TEST(CountedColumn, ValuesThatBecomeEqualAddTheirCounts) {
  CountedColumn counted;
  counted.column.first_row = {0, 1, 2};
  counted.column.codes = {0, 1, 2};
  counted.all = {5, 6, 7};
  counted.selected = {1, 2, 3};
  change_values(counted, [](CodedColumn& column) {
    column.first_row = {0, 1};
    column.codes = {0, 1, 0};
  });
  EXPECT_EQ(counted.all, (std::vector<uint64_t>{12, 6}));
  EXPECT_EQ(counted.selected, (std::vector<uint64_t>{4, 2}));
}

}  // namespace
}  // namespace shortlist
