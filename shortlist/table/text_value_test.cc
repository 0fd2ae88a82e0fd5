#include "shortlist/table/text_value.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

TEST(TextValue, PlainIntegersAreThoseThatPrintTheirDigits) {
  EXPECT_EQ(plain_integer("12"), "12");
  EXPECT_EQ(plain_integer(" 12.00 "), "12");
  EXPECT_EQ(plain_integer("-7.0"), "-7");
  EXPECT_EQ(plain_integer("-0.0"), "0");
  EXPECT_EQ(plain_integer("12345678901234567890123"), "12345678901234567890123");
  for (const char* text : {"", "012", "+1", "1e3", "1.5", "1.0x", ".0", "-", "1,000"})
    EXPECT_EQ(plain_integer(text), "") << text;
}

TEST(TextValue, CanonicalIntegersPrintAsTheyAreWritten) {
  for (const int64_t value : {int64_t{0}, int64_t{-7}, INT64_MAX, INT64_MIN}) {
    int64_t read = 1;
    EXPECT_TRUE(parse_canonical_integer(std::to_string(value), read));
    EXPECT_EQ(read, value);
  }
  int64_t any = 0;
  for (const char* text : {"", "-", "-0", "00", "07", "+7", "7.0", " 7", "9223372036854775808"})
    EXPECT_FALSE(parse_canonical_integer(text, any)) << text;
}

TEST(TextValue, CodesWithZerosInFrontAreNoNumbers) {
  double number = 0;
  EXPECT_FALSE(looks_like_number("0107", number));
  for (const char* text : {"0", "0.5", "-0.5", "1e3", "107", "nan"})
    EXPECT_TRUE(looks_like_number(text, number)) << text;
}

TEST(TextValue, SaysWhatANumberMayBe) {
  EXPECT_NE(advice_on_number("7,52").find("decimal"), std::string::npos);
  EXPECT_NE(advice_on_number("1,100.50").find("thousands"), std::string::npos);
  EXPECT_NE(advice_on_number("None").find("missing"), std::string::npos);
  EXPECT_NE(advice_on_number("1,100,200").find("thousands"), std::string::npos);
  EXPECT_EQ(advice_on_number("1,2,3"), "");
  EXPECT_EQ(advice_on_number("7,52").find("thousands"), std::string::npos);
  EXPECT_NE(advice_on_number("1,100").find("decimal"), std::string::npos);
  EXPECT_NE(advice_on_number("1,100").find("thousands"), std::string::npos);
  EXPECT_NE(advice_on_number("1.100,50").find("--decimal , --thousands ."), std::string::npos);
  EXPECT_EQ(advice_on_number("1.100,200,300"), "");
  EXPECT_EQ(advice_on_number("ten"), "");
}

}  // namespace
}  // namespace shortlist
