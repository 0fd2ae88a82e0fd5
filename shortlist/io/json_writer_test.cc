#include "shortlist/io/json_writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace shortlist {
namespace {

TEST(JsonWriter, WritesNestedValues) {
  JsonWriter json;
  json.begin_object().member("k", 3).member("name", "tea").key("list").begin_array();
  json.value(1.5f).value(true).null().begin_object().end_object().begin_array().end_array();
  json.end_array().member("last", uint64_t{18446744073709551615u}).end_object();
  EXPECT_EQ(json.text(), R"({"k":3,"name":"tea","list":[1.5,true,null,{},[]],"last":18446744073709551615})");
}

TEST(JsonWriter, EscapesWhatJsonForbids) {
  JsonWriter json;
  json.value(std::string("a\"b\\c\n\x01\x7f") + '\0');
  EXPECT_EQ(json.text(), "\"a\\\"b\\\\c\\n\\u0001\x7f\\u0000\"");
}

TEST(JsonWriter, EscapesAtEveryPlaceOfALongText) {
  for (size_t length : {7, 8, 9, 16, 21}) {
    for (size_t at = 0; at < length; ++at) {
      for (const auto& [special, shown] : {std::pair("\"", "\\\""),
                                           {"\\", "\\\\"},
                                           {"\x1f", "\\u001f"},
                                           {"\xFF", "\xEF\xBF\xBD"},
                                           {"é", "é"}}) {
        const std::string before(at, '!'), after(length - at - 1, '~');
        JsonWriter json;
        json.value(before + special + after);
        EXPECT_EQ(json.text(), '"' + before + shown + after + '"');
      }
    }
  }
}

TEST(JsonWriter, KeepsUtf8AndReplacesOtherBytes) {
  const std::pair<std::string, std::string> cases[] = {
      {"é日🎬", "é日🎬"},
      {"\xC3", "\xEF\xBF\xBD"},                                  // truncated
      {"a\xFFz", "a\xEF\xBF\xBDz"},                              // never valid in UTF-8
      {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},                  // overlong
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // a surrogate
  };
  for (const auto& [text, shown] : cases) {
    JsonWriter json;
    json.value(text);
    EXPECT_EQ(json.text(), '"' + shown + '"');
    EXPECT_TRUE(nlohmann::json::accept(json.text()));
  }
}

TEST(JsonWriter, NumbersReadBackTheSame) {
  for (double number : {0.1, -1e300, 1.0 / 3, 5e-324, 0.0}) {
    JsonWriter json;
    json.value(number);
    EXPECT_EQ(nlohmann::json::parse(json.text()).get<double>(), number);
  }
  for (float number : {0.1f, -3e38f, 1.0f / 3, 16777217.0f}) {
    JsonWriter json;
    json.value(number);
    EXPECT_EQ(nlohmann::json::parse(json.text()).get<float>(), number);
  }
  JsonWriter json;
  json.begin_array().value(std::numeric_limits<double>::quiet_NaN());
  json.value(-std::numeric_limits<float>::infinity()).end_array();
  EXPECT_EQ(json.text(), "[null,null]");
}

}  // namespace
}  // namespace shortlist
