#include "shortlist/table/shard.h"

#include <gtest/gtest.h>

#include "shortlist/base/error.h"
#include "shortlist/table/read_range.h"
#include "shortlist/table/table_files.h"

namespace shortlist {
namespace {

TEST(Shard, RangesJoinToTheWholeTable) {
  for (const uint64_t rows : {uint64_t{0}, uint64_t{1}, uint64_t{7}, uint64_t{8}, uint64_t{1'000'000'007},
                              uint64_t{18'000'000'000'000'000'000u}}) {
    for (const uint64_t count : {1, 2, 3, 8, 1'000}) {
      uint64_t end = 0;
      for (uint64_t index = 0; index < count; ++index) {
        const TableRange range = Shard{index, count}.of(rows);
        ASSERT_EQ(range.begin, end);
        ASSERT_LE(range.size(), rows / count + 1);
        ASSERT_GE(range.size(), rows / count);
        end = range.end;
      }
      EXPECT_EQ(end, rows);
    }
  }
}

TEST(Shard, ReadsItsText) {
  const Shard shard = Shard::parse("3/8");
  EXPECT_EQ(shard.index, 3u);
  EXPECT_EQ(shard.count, 8u);
  EXPECT_EQ(shard.text(), "3/8");
}

TEST(Shard, RejectsOtherTexts) {
  for (const char* text : {"", "3", "3/", "/8", "a/8", "3/8/9", "-1/8", "3/0", "8/8", "0/1000001", " 0/1"})
    EXPECT_THROW(Shard::parse(text), Error) << text;
}

std::string numbers(int first, int count) {
  std::string text = "n\n";
  for (int n = first; n < first + count; ++n) text += std::to_string(n) + "\n";
  return text;
}

TEST(Table, ReadsARangeOfTheRowsOfSeveralFiles) {
  const FileFolder folder;
  folder.write("a.csv", numbers(0, 5000));
  folder.write("b.csv", numbers(5000, 3));
  folder.write("c.csv", numbers(5003, 4997));
  const Table table = Table::open({.path = folder.path("*.csv")});
  EXPECT_EQ(files_of(table.source()).size(), 3u);
  for (const TableRange range : {TableRange{0, 1}, TableRange{4999, 5004}, TableRange{100, 9'000},
                                 TableRange{9'999, 10'000}, TableRange{5'000, 5'000}, TableRange{4'990}}) {
    uint64_t next = range.begin;
    const std::vector<ColumnRequest> requests = {{"n"}};
    read_range(table, requests, range, [&](const Chunk& chunk) {
      ASSERT_EQ(chunk.first_row, next);
      for (size_t row = 0; row < chunk.rows; ++row, ++next)
        ASSERT_EQ(chunk.columns[0].texts[row], std::to_string(next));
    });
    EXPECT_EQ(next, std::min<uint64_t>(range.end, 10'000));
  }
}

TEST(CodeColumns, OfARangeCountFirstRowsFromTheTablesStart) {
  const FileFolder folder;
  const Table table = Table::open({.path = folder.write("a.csv", "x\na\nb\na\nc\nb\n")});
  const auto columns = code_range(table, {{"x"}}, TableRange{2, 5});
  EXPECT_EQ(columns[0].first_row, (std::vector<uint64_t>{2, 3, 4}));
  EXPECT_EQ(columns[0].codes, (std::vector<uint32_t>{0, 1, 2}));
}

}  // namespace
}  // namespace shortlist
