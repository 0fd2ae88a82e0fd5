#include "shortlist/io/toml.h"

#include <gtest/gtest.h>

#include "shortlist/base/fields.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

std::string keys_of(const Value& value) {
  std::string keys;
  for (const auto& [key, entry] : *value.table()) keys += key + " ";
  return keys;
}

constexpr const char* kConfig = R"(# a comment
seed = 42

[features]
name   = { kind = "category", dim = 32 }
genre  = { kind = "text" }
Audience = { kind = "category" }

[features.extra]
x = 1

[data]
table = "clean.csv"
split.train = 240_000
split.test  = 10
a.b.c = 1.5

[[ranking]]
label = "Feedback"
layers = [
  { cross = "full" },
  { dense = 512 },
]
[[ranking]]
label = "other"
)";

TEST(Toml, KeepsTheOrderOfTheFile) {
  const Value root = parse_toml(kConfig, "x.toml");
  EXPECT_EQ(keys_of(root), "seed features data ranking ");
  EXPECT_EQ(keys_of(*root.find("features")), "name genre Audience extra ");
  EXPECT_EQ(keys_of(*root.find("features")->find("name")), "kind dim ");
  EXPECT_EQ(keys_of(*root.find("data")), "table split a ");
  EXPECT_EQ(keys_of(*root.find("data")->find("split")), "train test ");
}

TEST(Toml, KnowsTheLineOfEachValue) {
  const Value root = parse_toml(kConfig, "x.toml");
  EXPECT_EQ(root.find("seed")->line, 2);
  EXPECT_EQ(root.find("features")->line, 4);
  EXPECT_EQ(root.find("features")->find("genre")->line, 6);
  EXPECT_EQ(root.find("data")->find("split")->find("test")->line, 15);
  EXPECT_EQ(root.find("data")->find("a")->find("b")->line, 16);
  const Value::Array& ranking = *root.find("ranking")->array();
  EXPECT_EQ(ranking[0].line, 18);
  EXPECT_EQ((*ranking[0].find("layers")->array())[1].line, 22);
  EXPECT_EQ(ranking[1].find("label")->line, 25);
}

TEST(Toml, ReadsEveryKindOfValue) {
  const Value root =
      parse_toml("a = true\nb = 1_000\nc = 1e3\nd = 'x'\ne = 2020-01-02\nf = 07:32:00\ng = [1, [2]]", "x");
  EXPECT_EQ(to_toml(*root.find("a")), "true");
  EXPECT_EQ(std::get<int64_t>(root.find("b")->data), 1000);
  EXPECT_EQ(std::get<double>(root.find("c")->data), 1000.0);
  EXPECT_EQ(*root.find("d")->text(), "x");
  EXPECT_EQ(*root.find("e")->text(), "2020-01-02");
  EXPECT_EQ(*root.find("f")->text(), "07:32:00");
  EXPECT_EQ(to_toml(*root.find("g")), "[1, [2]]");
}

TEST(Toml, AnEmptyFileIsAnEmptyTable) { EXPECT_TRUE(parse_toml("", "x").table()->empty()); }

TEST(Toml, NamesFileAndLineOfBadSyntax) {
  EXPECT_EQ(message_of([] { parse_toml("a = 1\nb = \n", "x.toml"); }).substr(0, 10), "x.toml:2: ");
  EXPECT_EQ(message_of([] { parse_toml("a = 1\na = 2", "x.toml"); }).substr(0, 10), "x.toml:2: ");
  EXPECT_EQ(message_of([] { parse_toml("a = '\xff'", "x.toml"); }).substr(0, 10), "x.toml:1: ");
  EXPECT_NE(message_of([] { parse_toml("a = " + std::string(100'000, '['), "x.toml"); }), "");
  EXPECT_EQ(message_of([] { load_toml("/no/such"); }), "cannot read /no/such: No such file or directory");
}

// toml++ asserts that a key begins with a valid character.
TEST(Toml, RefusesAKeyThatBeginsAsNone) {
  EXPECT_EQ(
      message_of([] { parse_toml("[&1]", "a.toml"); }),
      "a.toml:1: Error while parsing key: expected bare key starting character or string delimiter, saw "
      "'&'");
}

TEST(Toml, ABadConfigIsWrongUsage) {
  try {
    parse_toml("a", "x.toml");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
  }
}

TEST(TomlValue, TakesTomlAndBareWords) {
  EXPECT_EQ(to_toml(parse_toml_value("20")), "20");
  EXPECT_EQ(to_toml(parse_toml_value("0.5")), "0.5");
  EXPECT_EQ(to_toml(parse_toml_value("true")), "true");
  EXPECT_EQ(to_toml(parse_toml_value("[1, 2]")), "[1, 2]");
  EXPECT_EQ(to_toml(parse_toml_value("{ adam = 0.01 }")), "{ adam = 0.01 }");
  for (const char* word : {"top_10", "data/a b.csv", "", "1.2.3", "a\nb = 1", "1\nb = 2", "2020-01-02"}) {
    EXPECT_EQ(*parse_toml_value(word).text(), word);
  }
  EXPECT_EQ((*parse_toml_value("[1]").array())[0].line, 0);
}

TEST(TomlValue, RefusesAnUnfinishedList) {
  const std::string message = message_of([] { parse_toml_value("[1, 2"); });
  EXPECT_EQ(message.substr(0, 31), "'[1, 2' is not a TOML value: E") << message;
}

TEST(Toml, RefusesZeroBytes) {
  EXPECT_EQ(message_of([] { parse_toml("a = 1\nb = [\"x\\u0000y\"]\n", "c.toml"); }),
            "c.toml:2: the text 'x' has a zero byte");
  EXPECT_EQ(message_of([] { parse_toml("\"k\\u0000\" = 1\n", "c.toml"); }),
            "c.toml:1: the text 'k' has a zero byte");
  EXPECT_NE(message_of([] { parse_toml_value("\"x\\u0000y\""); }), "");
}

}  // namespace
}  // namespace shortlist
