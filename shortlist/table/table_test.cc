#include "shortlist/table/table.h"

#include <gtest/gtest.h>

#include "shortlist/base/error.h"
#include "shortlist/table/table_files.h"

namespace shortlist {
namespace {

using Names = std::vector<std::string>;

// All values of the named columns, a row a line, values joined by "|"; "-" is a missing one.
std::string rows_of(const Table& table, const Names& names) {
  std::string out;
  const auto value = [](const Column& column, size_t row) -> std::string {
    if (column.is_missing(row)) return "-";
    switch (column.type) {
      case ColumnType::text:
        return std::string(column.texts[row]);
      case ColumnType::integer:
        return fmt::format("{}", column.integers[row]);
      case ColumnType::list: {
        std::string list = "[";
        for (uint32_t i = column.offsets[row]; i < column.offsets[row + 1]; ++i) {
          const Column& e = *column.elements;
          list += e.type == ColumnType::text      ? std::string(e.texts[i]) + ";"
                  : e.type == ColumnType::integer ? fmt::format("{};", e.integers[i])
                                                  : fmt::format("{};", e.numbers[i]);
        }
        return list + "]";
      }
      default:
        return fmt::format("{}", column.numbers[row]);
    }
  };
  table.read(names, [&](const Chunk& chunk) {
    for (size_t r = 0; r < chunk.rows; ++r) {
      for (size_t c = 0; c < chunk.columns.size(); ++c) out += (c ? "|" : "") + value(chunk.columns[c], r);
      out += "\n";
    }
  });
  return out;
}

// The message of the Error that `f` throws.
template <typename F>
std::string error_of(F f, ErrorKind kind = ErrorKind::data) {
  try {
    f();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.what();
  }
  return "no error";
}

std::string types_of(const Table& table) {
  std::string out;
  for (const ColumnInfo& column : table.columns()) out += column.name + " " + column.sql_type + "\n";
  return out;
}

TEST(Table, ReadsACsv) {
  FileFolder folder;
  const Table table =
      Table::open({.path = folder.write("a.csv", "name,n,x\nb,1,0.5\n\"a, \"\"c\"\"\",2,\n,,3\n")});
  EXPECT_EQ(types_of(table), "name VARCHAR\nn BIGINT\nx DOUBLE\n");
  EXPECT_EQ(rows_of(table, {"x", "name", "n"}), "0.5|b|1\n-|a, \"c\"|2\n3|-|-\n");
  EXPECT_EQ(table.rows(), 3u);
}

TEST(Table, KeepsTheRowOrderOfALargeFile) {
  FileFolder folder;
  std::string text = "i\n";
  for (int i = 0; i < 3'000'000; ++i) text += std::to_string(i) + "\n";
  const Table table = Table::open({.path = folder.write("a.csv", text)});
  int64_t next = 0;
  bool in_order = true;
  table.read(Names{"i"}, [&](const Chunk& chunk) {
    in_order &= chunk.first_row == static_cast<uint64_t>(next);
    for (int64_t i : chunk.columns[0].integers) in_order &= i == next++;
  });
  EXPECT_TRUE(in_order);
  EXPECT_EQ(next, 3'000'000);
}

TEST(Table, ReadsTheReferenceTable) {
  SHORTLIST_REAL_DATA(path, "anime/clean_data.csv");
  const Table table = Table::open({.path = path});
  double sum = 0;
  table.read(Names{"Feedback"}, [&](const Chunk& chunk) {
    for (int64_t v : chunk.columns[0].integers) sum += static_cast<double>(v);
  });
  EXPECT_EQ(table.rows(), 305'358u);
  EXPECT_NEAR(sum / 305'358, 7.983, 0.001);
}

TEST(Table, SaysWhichValueIsNoNumber) {
  FileFolder folder;
  std::string text = "name,Feedback\n";
  for (int i = 0; i < 250'000; ++i) text += "a,8\n";
  const std::string path = folder.write("a.csv", text + "b,ten\n");
  const Table table = Table::open({.path = path});
  EXPECT_EQ(error_of([&] { rows_of(table, {"Feedback"}); }),
            path + ":250002: column 'Feedback': 'ten' is not a number");
}

TEST(Table, NamesTheNearestColumn) {
  FileFolder folder;
  const Table table = Table::open({.path = folder.write("a.csv", "name,genre\na,b\n")});
  EXPECT_EQ(error_of([&] { table.column("gnre"); }),
            folder.path("a.csv") + ": has no column 'gnre'; did you mean 'genre'? (columns: name, genre)");
}

TEST(Table, RefusesAFileThatIsNotThere) {
  EXPECT_EQ(error_of([] { Table::open({.path = "/no/such.csv"}); }), "no such file: /no/such.csv");
  EXPECT_EQ(error_of([] { Table::open({.path = "/no/such*.csv"}); }), "no file matches /no/such*.csv");
}

}  // namespace
}  // namespace shortlist
