#include "shortlist/ranks/meeting_message.h"

#include <gtest/gtest.h>

#include "shortlist/base/error.h"
#include "shortlist/ranks/meeting_guest.h"

namespace shortlist {
namespace {

constexpr size_t kMost = 1'000;

TEST(MeetingMessage, IsReadAsItWasWrittenInAnyPieces) {
  const MeetingMessage message = {MeetingKind::set, -7, "key", std::string("a\0b", 3)};
  const std::string wire = wire_form(message) + wire_form({MeetingKind::beat, 1, "", ""});
  std::string data;
  std::vector<MeetingMessage> read;
  for (const char c : wire) {
    data += c;
    while (auto next = take_message(data, kMost)) read.push_back(*next);
  }
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].kind, MeetingKind::set);
  EXPECT_EQ(read[0].number, -7);
  EXPECT_EQ(read[0].key, "key");
  EXPECT_EQ(read[0].value, std::string("a\0b", 3));
  EXPECT_EQ(read[1].kind, MeetingKind::beat);
  EXPECT_EQ(data, "");
}

TEST(MeetingMessage, RejectsWhatNoRankSends) {
  const auto mistake = [](std::string data) -> std::string {
    try {
      return take_message(data, kMost) ? "a message" : "incomplete";
    } catch (const Error& error) {
      return error.message();
    }
  };
  const std::string good = wire_form({MeetingKind::set, 0, "key", "value"});
  EXPECT_EQ(mistake(good), "a message");
  EXPECT_EQ(mistake(good.substr(0, good.size() - 1)), "incomplete");
  EXPECT_EQ(mistake("HTTP/1.1"), "a message of 1347703880 bytes");
  EXPECT_EQ(mistake(std::string(4, '\0')), "a message of 0 bytes");
  std::string other = good;
  other[4] = 99;
  EXPECT_EQ(mistake(other), "a message of the unknown kind 99");
  other = good;
  other[9] = 50;
  EXPECT_EQ(mistake(other), "a key of 50 bytes in a message of 17");
}

TEST(MeetingGuest, IsReadAsItWasWritten) {
  const MeetingGuest guest = {
      .rank = 3, .token = "t", .attempt = 2, .ranks = 4, .host = "node7", .process = "42"};
  const MeetingGuest read = parse_guest(3, guest.lines());
  EXPECT_EQ(read.name(), "rank 3 on node7 (process 42)");
  EXPECT_EQ(read.lines(), guest.lines());
  for (const char* lines : {"", "t\n", "t\nx\n4\nh\np\n", "t\n1\n4\nh\np"})
    EXPECT_THROW(parse_guest(0, lines), Error);
}

}  // namespace
}  // namespace shortlist
