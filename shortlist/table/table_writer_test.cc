#include "shortlist/table/table_writer.h"

#include <gtest/gtest.h>

#include <iterator>

#include "shortlist/base/error.h"
#include "shortlist/table/table.h"
#include "shortlist/table/table_files.h"

namespace shortlist {
namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::vector<OutputColumn> kColumns = {{"name", ColumnType::text},
                                            {"n", ColumnType::integer},
                                            {"x", ColumnType::number},
                                            {"at", ColumnType::time},
                                            {"vector", ColumnType::list}};

void write_rows(TableWriter& writer) {
  const float vector[] = {0.5f, 0.1f};
  writer.text("a, \"b\"\n"), writer.integer(-3), writer.number(2), writer.time(86400.5), writer.list(vector);
  writer.text(""), writer.missing(), writer.missing(), writer.missing(), writer.list({});
}

TEST(TableWriter, WritesCsv) {
  FileFolder folder;
  TableWriter writer(folder.path("a.csv"), kColumns);
  write_rows(writer);
  writer.finish();
  EXPECT_EQ(contents(folder.path("a.csv")),
            "name,n,x,at,vector\n"
            "\"a, \"\"b\"\"\n\",-3,2.0,1970-01-02 00:00:00.500000,\"[0.5, 0.1]\"\n"
            "\"\",,,,[]\n");
}

TEST(TableWriter, WritesJsonLines) {
  FileFolder folder;
  TableWriter writer(folder.path("a.jsonl"), kColumns);
  write_rows(writer);
  writer.finish();
  EXPECT_EQ(contents(folder.path("a.jsonl")),
            "{\"name\":\"a, \\\"b\\\"\\u000a\",\"n\":-3,\"x\":2.0,\"at\":\"1970-01-02 00:00:00.500000\","
            "\"vector\":[0.5, 0.1]}\n"
            "{\"name\":\"\",\"n\":null,\"x\":null,\"at\":null,\"vector\":[]}\n");
}

TEST(TableWriter, WritesParquetThatReadsBackTheSame) {
  FileFolder folder;
  TableWriter writer(folder.path("a.parquet"), kColumns);
  for (int i = 0; i < 3'000; ++i) write_rows(writer);
  writer.finish();
  const Table table = Table::open({.path = folder.path("a.parquet")});
  EXPECT_EQ(table.columns()[3].sql_type, "TIMESTAMP");
  EXPECT_EQ(table.columns()[4].sql_type, "FLOAT[]");
  EXPECT_EQ(table.rows(), 6'000u);
  const std::vector<std::string> names = {"name", "n", "x", "at", "vector"};
  TableWriter copy(folder.path("copy.csv"), kColumns), direct(folder.path("direct.csv"), kColumns);
  table.read(names, [&](const Chunk& chunk) { copy.write(chunk); });
  for (int i = 0; i < 3'000; ++i) write_rows(direct);
  copy.finish(), direct.finish();
  EXPECT_EQ(contents(folder.path("copy.csv")), contents(folder.path("direct.csv")));
}

TEST(TableWriter, LeavesNothingWhenItIsNotFinished) {
  FileFolder folder;
  for (const char* name : {"a.csv", "a.jsonl", "a.parquet"}) {
    TableWriter writer(folder.path(name), kColumns);
    for (int i = 0; i < 100'000; ++i) write_rows(writer);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path("")));
}

TEST(TableWriter, KeepsTheOldFileUntilTheNewOneIsWhole) {
  FileFolder folder;
  folder.write("a.csv", "old");
  TableWriter writer(folder.path("a.csv"), kColumns);
  write_rows(writer);
  EXPECT_EQ(contents(folder.path("a.csv")), "old");
  writer.finish();
  EXPECT_EQ(contents(folder.path("a.csv")).substr(0, 5), "name,");
}

template <typename F>
std::string error_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(TableWriter, SaysWhatItCannotWrite) {
  EXPECT_EQ(error_of([] { TableWriter("a.xls", kColumns); }),
            "a.xls: cannot write 'xls', need .csv, .tsv, .jsonl or .parquet");
  EXPECT_EQ(error_of([] { TableWriter("/no/such/a.csv", kColumns); }),
            "cannot write /no/such/a.csv: No such file or directory");
  EXPECT_EQ(error_of([] { TableWriter("-", kColumns, "parquet"); }),
            "Parquet needs a file, not standard output");
  EXPECT_EQ(error_of([] { TableWriter("/no/such/a.parquet", kColumns).finish(); }).substr(0, 33),
            "cannot write /no/such/a.parquet: ");
}

TEST(TableWriter, ReportsAFullDisk) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  EXPECT_EQ(error_of([] {
              TableWriter writer("/dev/full", kColumns, "csv");
              write_rows(writer);
              writer.finish();
            }),
            "cannot write /dev/full: No space left on device");
}

TEST(WriteTable, CopiesATableAndTellsTheRows) {
  FileFolder folder;
  const Table table = Table::open({.sql = "SELECT i AS a, 'n' || i AS b FROM range(5000) rows(i)"});
  uint64_t last = 0;
  EXPECT_EQ(write_table(table, folder.path("copy.parquet"), [&](uint64_t rows) { last = rows; }), 5000u);
  EXPECT_EQ(last, 5000u);
  const Table copy = Table::open({.path = folder.path("copy.parquet")});
  EXPECT_EQ(copy.rows(), 5000u);
  EXPECT_TRUE(copy.has_column("a") && copy.has_column("b"));
}

TEST(Prepare, MakesExactlyTheReferenceTable) {
  SHORTLIST_REAL_DATA(expected, "anime/clean_data.csv");
  FileFolder folder;
  const Table table = Table::open({.sql = contents("examples/anime/prepare.sql"),
                                   .data = std::filesystem::path(expected).parent_path().string()});
  write_table(table, folder.path("made.csv"));
  EXPECT_TRUE(contents(folder.path("made.csv")) == contents(expected));
}

}  // namespace
}  // namespace shortlist
