#include "shortlist/table/text_dialect.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

using Lines = std::vector<std::string>;

// "delimiter|names" of a file with these lines.
std::string found(const Lines& lines, const TableSource& said = {.path = "a.csv"}) {
  const TextDialect dialect = find_dialect(said, lines, false);
  return fmt::format("{}|{}", dialect.delimiter, fmt::join(dialect.names, ","));
}

TEST(TextDialect, TakesTheDelimiterThatMakesEqualRows) {
  EXPECT_EQ(found({"a,b", "1,2"}), ",|a,b");
  EXPECT_EQ(found({"a;b;c", "k2;7,52;4,5", "k1;4,51;4,5"}), ";|a,b,c");
  EXPECT_EQ(found({"a\tb", "x, y\t1", "z\t2"}), "\t|a,b");
  EXPECT_EQ(found({"1::A: B, C (1995)::X|Y", "2::D::X"}), "::|column0,column1,column2");
  EXPECT_EQ(found({"name", "Cowboy Bebop", "Akira"}), ",|name");
}

TEST(TextDialect, TakesBlanksOnlyWhereTheyPartNumbers) {
  EXPECT_EQ(found({"3  1102 5", "2 1101  5"}), "whitespace|column0,column1,column2");
  EXPECT_EQ(found({"user item", "3   4", "5 6"}), "whitespace|user,item");
  EXPECT_EQ(found({"full name", "Ada Lovelace", "Alan Turing"}), ",|full name");
}

TEST(TextDialect, OneRowOfAnotherWidthDoesNotChangeIt) {
  Lines lines = {"a,b,c"};
  for (int i = 0; i < 50; ++i) lines.push_back("1,2,3");
  lines[20] = "1,2";
  EXPECT_EQ(found(lines), ",|a,b,c");
}

TEST(TextDialect, TellsNamesFromData) {
  EXPECT_EQ(found({"a,b", "x,1"}), ",|a,b");                                  // a word above a number
  EXPECT_EQ(found({"x,1", "y,2"}), ",|column0,column1");                      // a number above a number
  EXPECT_EQ(found({"bob,pear", "ann,fig", "bob,fig"}), ",|column0,column1");  // bob recurs
  EXPECT_EQ(found({"a,b"}), ",|a,b");
  EXPECT_EQ(found({"item,2019,2020", "x,1,2"}), ",|column0,column1,column2");  // years look like data
  const TextDialect doubtful = find_dialect({.path = "a.csv"}, {"a,b", "x,y", "z,w"}, false);
  EXPECT_TRUE(doubtful.header);
  EXPECT_NE(doubtful.note.find("--no-header"), std::string::npos);
  EXPECT_EQ(find_dialect({.path = "a.csv"}, {"a,b", "x,y", "x,y", "x,z", "w,z"}, false).note, "");
}

TEST(TextDialect, MakesNamesDistinct) {
  EXPECT_EQ(found({"a,A,,a_1,a", "x,y,z,v,1"}), ",|a,A_1,column2,a_1_1,a_2");
  EXPECT_EQ(found({"a,b", "1,2,", "3,4,"}), ",|a,b,column2");  // a delimiter after the last value
}

TEST(TextDialect, LeavesOutTheTypesOfRecBolesNames) {
  EXPECT_EQ(found({"user_id:token\titem_id:token\trating:float", "u1\ti1\t4.0", "u1\ti2\t3.0"}),
            "\t|user_id,item_id,rating");
  EXPECT_EQ(found({"item_id:token\tclass:token_seq\tv:float_seq", "i1\tA B\t1 2"}), "\t|item_id,class,v");
  EXPECT_EQ(found({"a:token,b", "x,1"}), ",|a:token,b");
  EXPECT_EQ(found({"a:token,:float", "x,1"}), ",|a:token,:float");
}

TEST(TextDialect, NamesAFirstLineThatDoesNotFit) {
  EXPECT_EQ(message_of([] {
              found({"# exported", "a,b", "1,2", "3,4", "5,6"});
            }),
            "a.csv:1: the row has 1 column, but most rows have 2; if lines that begin with # are comments, "
            "use --comment '#' (comment = \"#\" in [data])");
  EXPECT_EQ(found({"# exported", "a,b", "1,2"}, {.path = "a.csv", .comment = "#"}), ",|a,b");
}

std::string rows(const Lines& lines, const TextDialect& dialect = {}) {
  std::string out;
  for (const TextRecord& record : split_lines(lines, dialect, ""))
    out += fmt::format("{}{}{}\n", fmt::join(record.values, "|"), record.well ? "" : " !",
                       record.whole ? "" : " ?");
  return out;
}

TEST(SplitLines, HeedsQuotes) {
  EXPECT_EQ(rows({"a,\"b, \"\"c\"\"\",d", "", "\"two", "lines\",x"}), "a|b, \"c\"|d\ntwo\nlines|x\n");
  EXPECT_EQ(rows({"5\" pipe,x"}), "5\" pipe|x\n");
  EXPECT_EQ(rows({"\"a\"b,x", "\"open"}), "ab|x !\nopen ?\n");
  EXPECT_EQ(rows({"\"a \\\"b\\\"\",x"}, {.escape = "\\"}), "a \"b\"|x\n");
}

}  // namespace
}  // namespace shortlist
