#include "shortlist/bundle/user_context.h"

#include <gtest/gtest.h>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

std::string message_of(const std::string& text, size_t users) {
  try {
    parse_user_context(text, "user_context.json", users);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(UserContext, ReadsWhatItWrites) {
  const UserContext context{{{"country", {"Peru", "Chile, \"south\""}, {1, UserContext::kNone, 0}}}};
  const UserContext again = parse_user_context(user_context_json(context), "user_context.json", 3);
  ASSERT_EQ(again.columns.size(), 1u);
  EXPECT_EQ(again.columns[0].name, "country");
  EXPECT_EQ(again.columns[0].values, context.columns[0].values);
  EXPECT_EQ(again.columns[0].users, context.columns[0].users);
}

TEST(UserContext, HasNoFileWithoutColumns) { EXPECT_EQ(user_context_json({}), ""); }

TEST(UserContext, RefusesPositionsThatAreNone) {
  const std::string text = R"({"columns": [{"name": "a", "values": ["x"], "users": [0, POSITION]}]})";
  const auto with = [&](const char* position) {
    std::string changed = text;
    return changed.replace(changed.find("POSITION"), 8, position);
  };
  EXPECT_EQ(message_of(with("-1"), 2), "");
  EXPECT_EQ(message_of(with("1"), 2), "column 'a': got value 1, need -1 to 0");
  EXPECT_EQ(message_of(with("-2"), 2), "column 'a': got value -2, need -1 to 0");
  EXPECT_EQ(message_of(with("0"), 3), "column 'a' has values of 2 users, need 3");
}

}  // namespace
}  // namespace shortlist
