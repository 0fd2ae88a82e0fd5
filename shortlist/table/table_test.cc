#include "shortlist/table/table.h"

#include <gtest/gtest.h>

#include "shortlist/base/error.h"
#include "shortlist/table/database.h"
#include "shortlist/table/table_files.h"

namespace shortlist {
namespace {

using Names = std::vector<std::string>;

// All values of the named columns, one row per line, separated by "|"; "-" is a missing value.
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
  EXPECT_EQ(types_of(table), "name VARCHAR\nn VARCHAR\nx VARCHAR\n");
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
    for (std::string_view i : chunk.columns[0].texts) in_order &= i == std::to_string(next++);
  });
  EXPECT_TRUE(in_order);
  EXPECT_EQ(next, 3'000'000);
}

TEST(Table, ReadsTheReferenceTable) {
  SHORTLIST_REAL_DATA(path, "anime/clean_data.csv");
  const Table table = Table::open({.path = path});
  double sum = 0;
  table.read(Names{"Feedback"}, [&](const Chunk& chunk) {
    for (std::string_view v : chunk.columns[0].texts) sum += std::stod(std::string(v));
  });
  EXPECT_EQ(table.rows(), 305'358u);
  EXPECT_NEAR(sum / 305'358, 7.983, 0.001);
}

TEST(Table, GivesEveryValueAsItIsWritten) {
  FileFolder folder;
  std::string text = "id,x\n";
  for (int i = 0; i < 250'000; ++i) text += "7,8\n";
  const Table table = Table::open({.path = folder.write("a.csv", text + "007,1e3\n\"7.0\",4.50\n")});
  const std::string rows = rows_of(table, {"id", "x"});
  EXPECT_TRUE(rows.ends_with("\n7|8\n007|1e3\n7.0|4.50\n"));
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

TEST(Table, ReadsEveryFormatToTheSameRows) {
  FileFolder folder;
  const Table csv = Table::open({.path = folder.write("a.csv", "n,s,x\n1,a,0.5\n,b,1.5\n3,,2.5\n")});
  const std::string expected = rows_of(csv, {"n", "s", "x"});
  const std::string json =
      "{\"n\":1,\"s\":\"a\",\"x\":0.5}\n{\"n\":null,\"s\":\"b\",\"x\":1.5}\n{\"n\":3,\"s\":null,\"x\":2.5}\n";
  folder.write("a.tsv", "n\ts\tx\n1\ta\t0.5\n\tb\t1.5\n3\t\t2.5\n");
  folder.write("a.jsonl", json), folder.write("a.ndjson", json), folder.write("a.json", json);
  folder.write("array.json", "[{\"n\":1,\"s\":\"a\",\"x\":0.5},{\"s\":\"b\",\"x\":1.5},{\"n\":3,\"x\":2.5}]");
  folder.write("any.user", "n|s|x\n1|a|0.5\n|b|1.5\n3||2.5\n");
  const Database database;
  for (const char* name : {"b.csv.gz", "b.csv.zst", "b.parquet", "b.json.gz"}) {
    const std::string format =
        std::string(name).find("csv") != std::string::npos ? "csv, header" : std::string(name).substr(2, 4);
    database.run(fmt::format("COPY (FROM read_csv('{}')) TO '{}' (FORMAT {})", folder.path("a.csv"),
                             folder.path(name), format == "parq" ? "parquet" : format));
  }
  for (const char* name : {"a.tsv", "a.jsonl", "a.ndjson", "a.json", "array.json", "any.user", "b.csv.gz",
                           "b.csv.zst", "b.parquet", "b.json.gz"}) {
    EXPECT_EQ(rows_of(Table::open({.path = folder.path(name)}), {"n", "s", "x"}), expected) << name;
  }
}

TEST(Table, ReadsTheFilesOfAPatternInTheOrderOfTheirNames) {
  FileFolder folder;
  for (const char* n : {"3", "1", "2"})
    folder.write(std::string("part") + n + ".csv", std::string("n\n") + n + "\n");
  EXPECT_EQ(rows_of(Table::open({.path = folder.path("part*.csv")}), {"n"}), "1\n2\n3\n");
}

TEST(Table, TakesPathsLiterally) {
  FileFolder folder;
  std::filesystem::create_directory(folder.path("run=1"));
  for (const char* name : {"it's [1] *?.csv", "run=1/a.csv", "{data}.csv", "é \"b\".CSV"}) {
    const Table table = Table::open({.path = folder.write(name, "n\n7\n")});
    EXPECT_EQ(rows_of(table, {"n"}), "7\n") << name;
    EXPECT_EQ(table.columns().size(), 1u) << name;
  }
}

TEST(Table, TakesColumnNamesAsTheyAre) {
  FileFolder folder;
  const Table table = Table::open({.path = folder.write("a.csv", "it's,\"a \"\"b\"\"\",select\n1,x,2.5\n")});
  EXPECT_EQ(types_of(table), "it's VARCHAR\na \"b\" VARCHAR\nselect VARCHAR\n");
  EXPECT_EQ(rows_of(table, {"a \"b\"", "it's", "select"}), "x|1|2.5\n");
}

TEST(Table, NamesTheColumnsOfAFileWithoutAHeader) {
  FileFolder folder;
  const std::string path = folder.write("u.data", "196\t242\t3\n186\t302\t3\n");
  EXPECT_EQ(types_of(Table::open({.path = path})), "column0 VARCHAR\ncolumn1 VARCHAR\ncolumn2 VARCHAR\n");
  const Table named = Table::open({.path = path, .columns = {"user", "item", "rating"}});
  EXPECT_EQ(rows_of(named, {"rating", "user"}), "3|196\n3|186\n");
  const std::string wide =
      folder.write("wide.data", "1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\n1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\n");
  EXPECT_EQ(rows_of(Table::open({.path = wide}), {"column10", "column9", "column0"}), "11|10|1\n11|10|1\n");
}

TEST(Table, RefusesNamesForColumnsThatAreNotThere) {
  FileFolder folder;
  const std::string path = folder.write("u.data", "196\t242\t3\n186\t302\t3\n");
  EXPECT_EQ(error_of([&] {
              Table::open({.path = path, .columns = {"user", "item", "rating", "time"}});
            }),
            path + ": got 4 column names, but the file has 3 columns");
  EXPECT_EQ(error_of([&] {
              Table::open({.path = path, .columns = {"user", "item"}});
            }),
            path + ": got 2 column names, but the file has 3 columns");
}

TEST(Table, TakesADelimiterAndAHeaderAsTold) {
  FileFolder folder;
  const std::string path = folder.write("a.txt", "a;1\nb;2\n");
  EXPECT_EQ(rows_of(Table::open({.path = path, .delimiter = ";", .header = true}), {"a", "1"}), "b|2\n");
  EXPECT_EQ(rows_of(Table::open({.path = path, .delimiter = ";", .header = false}), {"column0", "column1"}),
            "a|1\nb|2\n");
}

TEST(Table, ReadsOtherEncodingsWhenTold) {
  FileFolder folder;
  const std::string latin = folder.write("latin.csv", "a,b\n1,caf\xe9\n");
  EXPECT_EQ(rows_of(Table::open({.path = latin, .encoding = "latin-1"}), {"b"}), "café\n");
  EXPECT_EQ(error_of([&] { Table::open({.path = latin}); }),
            latin +
                ":2: the text is not UTF-8; if it is in an older western encoding, use --encoding latin-1 "
                "(encoding = \"latin-1\" in [data]); if it is UTF-16, use --encoding utf-16");
  const std::string utf16 = folder.write("utf16.csv", std::string_view("a\0\n\0\xe9\0\n\0", 8));
  EXPECT_EQ(rows_of(Table::open({.path = utf16, .header = true, .encoding = "utf-16"}), {"a"}), "é\n");
}

TEST(Table, ReportsInvalidTextFarBelow) {
  FileFolder folder;
  std::string text = "a,b\n";
  for (int i = 0; i < 250'000; ++i) text += "1,x\n";
  const std::string path = folder.write("a.csv", text + "1,caf\xe9\n");
  const Table table = Table::open({.path = path});
  EXPECT_EQ(error_of([&] { rows_of(table, {"b"}); }),
            path +
                ":250002: the text is not UTF-8; if it is in an older western encoding, use --encoding "
                "latin-1 (encoding = \"latin-1\" in [data]); if it is UTF-16, use --encoding utf-16");
}

TEST(Table, ReportsARowOfTheWrongWidth) {
  FileFolder folder;
  std::string text = "a,b\n";
  for (int i = 0; i < 250'000; ++i) text += "1,x\n";
  const std::string path = folder.write("a.csv", text + "1,x,y\n");
  const Table table = Table::open({.path = path});
  EXPECT_EQ(
      error_of([&] { rows_of(table, {"b"}); }),
      path +
          ":250002: the row has 3 columns, need 2: 1,x,y (a value that contains the delimiter needs quotes)");
}

TEST(Table, ReadsACellOfMillionsOfCharacters) {
  FileFolder folder;
  const std::string cell(5'000'000, 'x');
  const Table table = Table::open({.path = folder.write("a.csv", "a,b\n1,\"" + cell + "\"\n2,y\n")});
  EXPECT_EQ(rows_of(table, {"b"}), cell + "\ny\n");
}

TEST(Table, OpensATableWithoutRows) {
  FileFolder folder;
  const Table table = Table::open({.path = folder.write("a.csv", "name,n\n")});
  EXPECT_EQ(table.columns().size(), 2u);
  EXPECT_EQ(rows_of(table, {"name"}), "");
  EXPECT_EQ(table.rows(), 0u);
}

TEST(Table, RefusesWhatIsNoTable) {
  FileFolder folder;
  const std::string empty = folder.write("empty.csv", ""), parquet = folder.write("a.parquet", "PAR1 no");
  EXPECT_EQ(error_of([&] { Table::open({.path = empty}); }), empty + ": the file is empty");
  std::filesystem::create_directory(folder.path("none"));
  EXPECT_EQ(error_of([&] { Table::open({.path = folder.path("none")}); }),
            folder.path("none") +
                ": the folder contains no table: no .csv, .tsv, .txt, .data, .dat, .parquet, .json, .jsonl "
                "or .ndjson file");
  EXPECT_EQ(error_of([&] { Table::open({.path = parquet}); }).substr(0, parquet.size() + 2), parquet + ": ");
  EXPECT_EQ(error_of([&] { Table::open({}); }, ErrorKind::usage), "a table needs either a path or a query");
}

TEST(Table, ReadsTheRowsOfAQuery) {
  FileFolder folder;
  folder.write("it's.csv", "n\n1\n3\n2\n");
  const Table table =
      Table::open({.sql = "SELECT n * 2 AS m FROM read_csv('{data}') -- largest first\nORDER BY n DESC;\n",
                   .data = folder.path("it's.csv")});
  EXPECT_EQ(rows_of(table, {"m"}), "6\n4\n2\n");
}

TEST(Table, SaysWhatIsWrongWithAQuery) {
  EXPECT_EQ(error_of([] { Table::open({.sql = "SELECT x FROM no_such"}); }),
            "the query: Table with name no_such does not exist!");
  EXPECT_EQ(error_of([] { Table::open({.sql = "SELECT '{data}'"}); }, ErrorKind::usage),
            "the query contains {data}, but no data was given");
}

TEST(Table, TurnsEverySqlTypeIntoOneOfOurs) {
  const Table table =
      Table::open({.sql = R"(SELECT true AS b, 5::UTINYINT AS u, 7::HUGEINT AS h, 1.25::DECIMAL(5, 2) AS d,
    0.5::FLOAT AS f, DATE '1970-01-02' AS day, TIMESTAMP '1970-01-01 00:00:01.5' AS t, TIMESTAMPTZ '1970-01-01 01:00:00+01' AS z,
    'x'::ENUM('x', 'y') AS e, '12345678-1234-1234-1234-123456789abc'::UUID AS id, {'a': 1} AS s, [1, NULL, 3] AS l,
    ['long enough to stand elsewhere', 'b'] AS w, [0.5, 1.5]::FLOAT[2] AS v, [DATE '1970-01-02'] AS days,
    [[1, 2]] AS ll, NULL::BIGINT AS none, NULL::DOUBLE[] AS no_list)"});
  EXPECT_EQ(rows_of(table, {"b", "u", "h", "d", "f", "day", "t", "z"}), "true|5|7|1.25|0.5|86400|1.5|0\n");
  EXPECT_EQ(rows_of(table, {"e", "id", "s"}), "x|12345678-1234-1234-1234-123456789abc|{'a': 1}\n");
  EXPECT_EQ(rows_of(table, {"l", "w", "v", "days", "ll"}),
            "[1;3;]|[long enough to stand elsewhere;b;]|[0.5;1.5;]|[86400;]|[[1, 2];]\n");
  EXPECT_EQ(rows_of(table, {"none", "no_list"}), "-|-\n");
}

TEST(Table, ReadsTypedColumnsForTheirUse) {
  const Table table =
      Table::open({.sql = "SELECT 0.1::FLOAT AS f, DATE '1970-01-02' AS day, 1.50::DECIMAL(4, 2) AS d"});
  const auto one = [&](const char* name, ReadAs as) {
    std::string text;
    const ColumnRequest request{name, as};
    table.read({&request, 1}, [&](const Chunk& chunk) {
      const Column& column = chunk.columns[0];
      text = column.type == ColumnType::text ? column.texts[0] : std::to_string(column.numbers[0]);
    });
    return text;
  };
  EXPECT_EQ(one("f", ReadAs::number), "0.100000");
  EXPECT_EQ(one("f", ReadAs::text), "0.1");
  EXPECT_EQ(one("day", ReadAs::time), "86400.000000");
  EXPECT_EQ(one("day", ReadAs::text | ReadAs::time), "1970-01-02");
  EXPECT_EQ(one("d", ReadAs::stored), "1.50");
}

TEST(Table, TakesNumbersAndTimesAsTheSourceSays) {
  FileFolder folder;
  const TableSource source{.path = folder.write("a.csv", "n;t\n1.234,5;31.12.2020\n12,34;x\n1.5;-\n"),
                           .decimal = ",",
                           .thousands = ".",
                           .date_format = "%d.%m.%Y",
                           .missing = {"-"}};
  const Table table = Table::open(source);
  EXPECT_EQ(rows_of(table, {"n", "t"}), "1.234,5|31.12.2020\n12,34|x\n1.5|-\n");
  std::string numbers;
  const ColumnRequest requests[] = {{"n", ReadAs::number}, {"t", ReadAs::time}};
  table.read(requests, [&](const Chunk& chunk) {
    for (size_t r = 0; r < chunk.rows; ++r)
      numbers += fmt::format("{}|{}{}\n", chunk.columns[0].texts[r], chunk.columns[1].texts[r],
                             chunk.columns[1].is_missing(r) ? "missing" : "");
  });
  // 1.5 is neither a number with a decimal comma nor grouped by three digits, so it is not a number here.
  EXPECT_EQ(numbers, "1234.5|2020-12-31T00:00:00.000000\n12.34|x\n'1.5'|missing\n");
}

TEST(Table, AnswersASelectOverItself) {
  FileFolder folder;
  const Table table = Table::open({.path = folder.write("a.csv", "n\n1\n3\n")});
  double sum = 0;
  table.query("SELECT sum(n::INT)::DOUBLE FROM {table}",
              [&](const Chunk& chunk) { sum = chunk.columns[0].numbers[0]; });
  EXPECT_EQ(sum, 4);
}

TEST(Table, CanBeReadWhileItIsBeingRead) {
  FileFolder folder;
  const Table table = Table::open({.path = folder.write("a.csv", "n\n1\n3\n")});
  table.read(Names{"n"}, [&](const Chunk& outer) {
    EXPECT_EQ(rows_of(table, {"n"}), "1\n3\n");
    EXPECT_EQ(outer.columns[0].texts[1], "3");
  });
}

TEST(Table, StopsWhenTheReaderThrows) {
  FileFolder folder;
  const Table table = Table::open({.path = folder.write("a.csv", "n\n1\n3\n")});
  EXPECT_THROW(table.read(Names{"n"}, [](const Chunk&) { throw std::runtime_error("enough"); }),
               std::runtime_error);
  EXPECT_EQ(table.rows(), 2u);
}

// DuckDB's threads continue reading while the reader has one of the first chunks.
TEST(Table, StopsInTheMiddleOfALargeFileWhenTheReaderThrows) {
  FileFolder folder;
  std::string lines = "n,text\n";
  for (int i = 0; i < 300'000; ++i) lines += fmt::format("{},some words of row {}\n", i, i);
  const std::string path = folder.write("large.csv", lines);
  for (uint64_t row : {0, 2'048, 30'000, 60'000, 100'000, 150'000, 200'000, 250'000}) {
    const auto stop_there = [&] {
      const Table table = Table::open({.path = path});
      table.read(Names{"text"}, [&](const Chunk& chunk) {
        if (chunk.first_row >= row) throw std::runtime_error("enough");
      });
    };
    for (int time = 0; time < 3; ++time) EXPECT_THROW(stop_there(), std::runtime_error);
  }
}

TEST(Table, ReadsMovieLens) {
  SHORTLIST_REAL_DATA(data, "ml-100k/u.data");
  SHORTLIST_REAL_DATA(items, "ml-100k/u.item");
  EXPECT_EQ(Table::open({.path = data}).rows(), 100'000u);
  const Table movies = Table::open({.path = items, .encoding = "latin-1"});
  EXPECT_EQ(movies.columns().size(), 24u);
  EXPECT_EQ(movies.columns()[1].name, "column1");
  EXPECT_EQ(movies.rows(), 1'682u);
}

}  // namespace
}  // namespace shortlist
