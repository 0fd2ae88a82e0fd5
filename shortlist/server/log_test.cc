#include "shortlist/server/log.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

TEST(Log, QuotesWhatNeedsQuotes) {
  EXPECT_EQ(log_value("anime"), "anime");
  EXPECT_EQ(log_value("日本"), "日本");
  EXPECT_EQ(log_value(""), R"("")");
  EXPECT_EQ(log_value("a b"), R"("a b")");
  EXPECT_EQ(log_value("a=\"b\\"), R"("a=\"b\\")");
}

TEST(Log, ShowsWhatWouldHideTextOrTurnIt) {
  EXPECT_EQ(log_value("a\nb\x7f"), R"("a\x0ab\x7f")");
  EXPECT_EQ(log_value("user\xe2\x80\xaenimda"), R"("user\u{202e}nimda")");
  EXPECT_EQ(log_value("\xe2\x81\xa6x\xe2\x80\x8b"), R"("\u{2066}x\u{200b}")");
  EXPECT_EQ(log_value("\xc2\x9b[31m"), R"("\u{9b}[31m")");
  EXPECT_EQ(log_value("\xe2\x80\xa8"), R"("\u{2028}")");
  EXPECT_EQ(log_value("\xf3\xa0\x81\x81"), R"("\u{e0041}")");
}

TEST(Log, ShowsBytesThatAreNoText) {
  EXPECT_EQ(log_value("a\xff\xc3"), R"("a\xff\xc3")");
  EXPECT_EQ(log_value("\xc0\x80"), R"("\xc0\x80")");
  EXPECT_EQ(log_value("\xed\xa0\x80"), R"("\xed\xa0\x80")");
}

}  // namespace
}  // namespace shortlist
