#include "shortlist/table/code_columns.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "shortlist/table/code_columns.h"
#include "shortlist/table/table_files.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

using Codes = std::vector<uint32_t>;
using Texts = std::vector<std::string>;

// Codes one column; the table no longer exists when they are used.
CodedColumn coded(const TableSource& source, const std::string& column) {
  return std::move(code_columns(Table::open(source), Texts{column})[0]);
}
CodedColumn coded_query(const std::string& sql) { return coded({.sql = sql}, "x"); }

Texts texts(const CodedColumn& column) {
  Texts all;
  for (uint32_t code = 0; code < column.distinct(); ++code) all.push_back(column.text(code));
  return all;
}

// A copy's texts would point into the original.
static_assert(!std::is_copy_constructible_v<CodedColumn> && !std::is_copy_assignable_v<CodedColumn>);
static_assert(std::is_nothrow_move_constructible_v<CodedColumn>);

TEST(CodedColumn, NumbersValuesInOrderOfFirstAppearance) {
  const FileFolder folder;
  const std::string path = folder.write("t.csv", "name,age\nAda,3\nBob,5\nAda,3\n,\nBob,\nÉva,5\n,3\n");
  const std::vector<CodedColumn> columns = code_columns(Table::open({.path = path}), Texts{"age", "name"});
  ASSERT_EQ(columns.size(), 2u);
  EXPECT_EQ(columns[0].name, "age");
  EXPECT_EQ(columns[0].codes, (Codes{0, 1, 0, 2, 2, 1, 0}));
  EXPECT_EQ(columns[0].values.integers, (std::vector<int64_t>{3, 5, 0}));
  EXPECT_EQ(columns[0].values.missing, (std::vector<uint8_t>{0, 0, 1}));
  EXPECT_EQ(columns[0].first_row, (std::vector<uint64_t>{0, 1, 3}));
  EXPECT_EQ(columns[1].codes, (Codes{0, 1, 0, 2, 1, 3, 2}));
  EXPECT_EQ(columns[1].first_row, (std::vector<uint64_t>{0, 1, 3, 5}));
  EXPECT_EQ(texts(columns[1]), (Texts{"Ada", "Bob", "", "Éva"}));
  EXPECT_EQ(columns[1].values.rows, 4u);
}

TEST(CodedColumn, AgreesWithTheTableOverManyChunks) {
  const std::string sql = "SELECT CAST((i * 7919) % 5003 AS VARCHAR) AS x FROM range(30000) t(i)";
  const CodedColumn column = coded_query(sql);
  ASSERT_EQ(column.codes.size(), 30000u);
  EXPECT_EQ(column.distinct(), 5003u);
  for (uint64_t i = 0; i < 30000; ++i) {
    ASSERT_EQ(column.text(column.codes[i]), std::to_string(i * 7919 % 5003));
    ASSERT_EQ(column.first_row[column.codes[i]], i % 5003);
  }
}

TEST(CodedColumn, ZeroIsOneNumberAndSoIsNaN) {
  const CodedColumn column = coded_query(
      "SELECT CAST(v AS DOUBLE) AS x FROM (VALUES ('0'), ('-0'), ('nan'), ('1.5'), ('-nan'), ('0')) t(v)");
  EXPECT_EQ(column.codes, (Codes{0, 0, 1, 2, 1, 0}));
}

TEST(CodedColumn, ListsAreEqualWhenTheirElementsAre) {
  const CodedColumn column = coded_query(
      "SELECT v AS x FROM (VALUES (['ab', 'c']), (['a', 'bc']), (['ab', 'c']), ([]), (NULL), (['c', 'ab']), "
      "(NULL)) t(v)");
  EXPECT_EQ(column.codes, (Codes{0, 1, 0, 2, 3, 4, 3}));
  EXPECT_EQ(texts(column), (Texts{"ab, c", "a, bc", "", "", "c, ab"}));
  EXPECT_EQ(column.values.offsets, (std::vector<uint32_t>{0, 2, 4, 4, 4, 6}));
  EXPECT_TRUE(column.values.is_missing(3));
}

TEST(CodedColumn, ListsOfNumbersKeepTheirNumbers) {
  const CodedColumn column =
      coded_query("SELECT v AS x FROM (VALUES ([1.5, 2]), ([2, 1.5]), ([1.5, 2])) t(v)");
  EXPECT_EQ(column.codes, (Codes{0, 1, 0}));
  EXPECT_EQ(column.values.elements->numbers, (std::vector<double>{1.5, 2, 2, 1.5}));
  EXPECT_EQ(texts(column), (Texts{"1.5, 2", "2, 1.5"}));
}

TEST(CodedColumn, AnEmptyTableHasNoCodes) {
  const CodedColumn column = coded_query("SELECT 'a' AS x WHERE false");
  EXPECT_EQ(column.distinct(), 0u);
  EXPECT_TRUE(column.codes.empty());
}

TEST(CodedColumn, NamesAMissingColumn) {
  EXPECT_EQ(message_of([] { coded({.sql = "SELECT 1 AS genre"}, "gener"); }),
            message_of([] { Table::open({.sql = "SELECT 1 AS genre"}).column("gener"); }));
}

TEST(NumberRows, RowsAreEqualWhenAllCodesAre) {
  const Codes a = {0, 1, 0, 1, 0, 0}, b = {0, 0, 0, 1, 2, 0};
  std::vector<uint32_t> first = {77};
  EXPECT_EQ(number_rows({&a, &b}, 6, &first), (Codes{0, 1, 0, 2, 3, 0}));
  EXPECT_EQ(first, (Codes{0, 1, 3, 4}));
  EXPECT_EQ(number_rows({}, 3, &first), (Codes{0, 0, 0}));  // nothing distinguishes them
  EXPECT_EQ(first, (Codes{0}));
}

TEST(NumberRows, AgreesWithAMap) {
  // Few pairs use one numbering method, many use another.
  for (const uint32_t distinct : {7u, 700u, 60'000u}) {
    Codes a, b, c;
    for (uint32_t r = 0; r < 50'000; ++r) {
      a.push_back(r * 7919u % distinct);
      b.push_back(r * 104729u % 691u % distinct);
      c.push_back(r % 2);
    }
    std::map<std::array<uint32_t, 3>, uint32_t> numbers;
    Codes expected, expected_first, first;
    for (uint32_t r = 0; r < a.size(); ++r) {
      const auto [at, fresh] = numbers.emplace(std::array{a[r], b[r], c[r]}, numbers.size());
      expected.push_back(at->second);
      if (fresh) expected_first.push_back(r);
    }
    EXPECT_EQ(number_rows({&a, &b, &c}, a.size(), &first), expected);
    EXPECT_EQ(first, expected_first);
  }
}

}  // namespace
}  // namespace shortlist
