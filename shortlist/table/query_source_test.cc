#include "shortlist/table/query_source.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "shortlist/table/table.h"
#include "shortlist/table/table_files.h"

namespace shortlist {
namespace {

TEST(QuerySource, LooksAtWholeFilesUnlessTold) {
  EXPECT_EQ(with_whole_samples("SELECT * FROM read_csv('a.csv')"),
            "SELECT * FROM read_csv('a.csv', sample_size = -1)");
  EXPECT_EQ(with_whole_samples(
                "FROM Read_CSV_auto ('a(b.csv', names=['x'], delim=')') JOIN read_json('b') USING (x)"),
            "FROM Read_CSV ('a(b.csv', names=['x'], delim=')', sample_size = -1) JOIN read_json('b', "
            "sample_size = -1) "
            "USING (x)");
  for (const char* as_it_is : {"FROM read_csv('a', all_varchar = true)", "FROM read_csv('a', SAMPLE_SIZE=9)",
                               "SELECT 'read_csv(x)' -- read_csv(y)", "FROM t /* read_csv(z) */",
                               "FROM \"read_csv\"", "FROM read_csv('open"})
    EXPECT_EQ(with_whole_samples(as_it_is), as_it_is);
}

TEST(QuerySource, ALateHalfStarStaysAHalf) {
  const FileFolder folder;
  std::string text = "u,r\n";
  for (int i = 0; i < 30'000; ++i) text += fmt::format("{},{}\n", i % 9, i % 5);
  const std::string path = folder.write("a.csv", text + "u10,4.5\n");
  for (const char* from : {"'{data}'", "read_csv('{data}')", "read_csv_auto('{data}')"}) {
    const Table table =
        Table::open({.sql = fmt::format("SELECT max(u) AS u, max(r) FILTER (u = 'u10') AS r FROM {}", from),
                     .data = path});
    table.read(std::vector<std::string>{"u", "r"}, [](const Chunk& chunk) {
      EXPECT_EQ(chunk.columns[0].texts[0], "u10");
      EXPECT_EQ(chunk.columns[1].numbers[0], 4.5);
    });
  }
}

}  // namespace
}  // namespace shortlist
