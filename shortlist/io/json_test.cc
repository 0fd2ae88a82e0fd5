#include "shortlist/io/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

TEST(Json, DumpsTheSameBytesForEqualTrees) {
  const nlohmann::json a = {{"b", 1}, {"a", {1.5, nullptr, "x"}}};
  EXPECT_EQ(dump_json(a), "{\n  \"a\": [\n    1.5,\n    null,\n    \"x\"\n  ],\n  \"b\": 1\n}\n");
  EXPECT_EQ(dump_json_line(a), "{\"a\":[1.5,null,\"x\"],\"b\":1}");
  EXPECT_EQ(dump_json(parse_json(dump_json(a), "a.json")), dump_json(a));
}

TEST(Json, ReplacesInvalidUtf8AndNumbersThatJsonLacks) {
  EXPECT_EQ(dump_json_line("a\xff"), "\"a\xef\xbf\xbd\"");
  EXPECT_EQ(dump_json_line(std::numeric_limits<double>::quiet_NaN()), "null");
}

TEST(Json, RefusesZeroBytesAndNumbersWithoutEnd) {
  using namespace std::string_literals;
  EXPECT_EQ(message_of([] { parse_json("{}\n\0{}"s, "a.json"); }), "a.json:2: not JSON: has a zero byte");
  EXPECT_EQ(message_of([] { parse_json_value("[1]\0"s, "a.json"); }), "a.json:1: not JSON: has a zero byte");
  EXPECT_EQ(message_of([] { parse_json("[1e999]", "a.json"); }),
            "a.json: not JSON: number overflow parsing '1e999'");
}

TEST(Json, SaysInWordsWhatShapeATreeLacks) {
  const auto message = [](const char* text, auto read) {
    const nlohmann::json tree = parse_json(text, "a.json");
    return message_of([&] { reading_file("a.json", [&] { read(tree); }); });
  };
  EXPECT_EQ(message("{}", [](const auto& tree) { tree.at("b"); }), "a.json: has no key 'b'");
  EXPECT_EQ(message("[1]", [](const auto& tree) { tree.at(1); }), "a.json: a list has too few values");
  EXPECT_EQ(message("[1]", [](const auto& tree) { tree.at("b"); }),
            "a.json: has a value of type array, need an object or a list");
  EXPECT_EQ(message("[1]", [](const auto& tree) { tree.at(0).template get<std::string>(); }),
            "a.json: has a value of type number, need string");
  EXPECT_EQ(message("1", [](const auto&) { throw data_error("is wrong"); }), "a.json: is wrong");
  EXPECT_EQ(message("1", [](const auto&) { throw usage_error("a.json:2: is wrong"); }), "a.json:2: is wrong");
}

TEST(Json, ConvertsValuesBothWays) {
  const Value value = parse_json_value(R"({"z": [1, 2.5, true, null], "a": {"text": "x"}})", "v");
  const Value again = from_json(to_json(value));
  EXPECT_EQ(dump_json_line(to_json(again)), R"({"a":{"text":"x"},"z":[1,2.5,true,null]})");
  EXPECT_EQ(std::get<int64_t>((*value.find("z")->array())[0].data), 1);
}

TEST(Json, KeepsTheOrderOfAValuesKeys) {
  const std::string text = "{\n  \"z\": 1,\n  \"a\": {},\n  \"m\": 2\n}\n";
  EXPECT_EQ(dump_json_value(parse_json_value(text, "v")), text);
}

TEST(Json, MakesADoubleOfWhatIsNoInt64) {
  EXPECT_EQ(std::get<int64_t>(from_json(parse_json("9223372036854775807", "v")).data), INT64_MAX);
  EXPECT_EQ(std::get<double>(from_json(parse_json("9223372036854775808", "v")).data), 9223372036854775808.0);
}

TEST(Json, NamesFileAndLineOfBadSyntax) {
  EXPECT_EQ(message_of([] { parse_json("{\n\"a\": 1,\n\"b\": }", "x.json"); }),
            "x.json:3: not JSON: syntax error while parsing value - unexpected '}'; expected '[', '{', or a "
            "literal");
  EXPECT_EQ(
      message_of([] { parse_json("", "x.json"); }),
      "x.json:1: not JSON: syntax error while parsing value - unexpected end of input; expected '[', '{', "
      "or a literal");
  EXPECT_NE(message_of([] { parse_json("\"" + std::string(1'000'000, 'x'), "x.json"); }), "");
  EXPECT_LT(message_of([] { parse_json("\"" + std::string(1'000'000, 'x'), "x.json"); }).size(), 300u);
  EXPECT_NE(message_of([] { parse_json("1e999", "x.json"); }).find("x.json: not JSON: "), std::string::npos);
  EXPECT_NE(message_of([] { parse_json("{} trailing", "x.json"); }), "");
}

TEST(Json, RefusesAKeyGivenTwiceAndEndlessNesting) {
  EXPECT_EQ(message_of([] { parse_json(R"({"a": {"b": 1, "b": 2}})", "x.json"); }),
            "x.json: the key 'b' is given twice");
  EXPECT_EQ(message_of([] { parse_json(R"([{"b": 1}, {"b": 2}])", "x.json"); }), "");
  EXPECT_EQ(message_of([] { parse_json(std::string(100'000, '['), "x.json"); }),
            "x.json: nested more than 200 deep");
}

TEST(Json, NamesAMissingFile) {
  EXPECT_EQ(message_of([] { load_json("/no/such"); }), "cannot read /no/such: No such file or directory");
}

}  // namespace
}  // namespace shortlist
