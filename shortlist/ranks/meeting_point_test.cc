// The meeting point and the ranks at it, in one process.
#include "shortlist/ranks/meeting_point.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "shortlist/ranks/meeting_guest.h"
#include "shortlist/ranks/meeting_member.h"
#include "shortlist/ranks/meeting_message.h"

namespace shortlist {
namespace {

using std::chrono::milliseconds;

class MeetingPointTest : public testing::Test {
 protected:
  std::unique_ptr<MeetingPoint> open(int ranks) {
    TcpSocket listening = tcp_listen_locally();
    spec_ = {.ranks = ranks,
             .meet = fmt::format("127.0.0.1:{}", listening.own_port()),
             .job = "job",
             .silence = milliseconds(2'000),
             .start = milliseconds(10'000)};
    return std::make_unique<MeetingPoint>(
        std::move(listening),
        MeetingPoint::Job{"job", 0, ranks, spec_.silence, spec_.start, milliseconds(400)});
  }
  std::unique_ptr<MeetingMember> join(int rank) const {
    RankSpec own = spec_;
    own.rank = rank;
    return std::make_unique<MeetingMember>(own);
  }
  std::vector<std::unique_ptr<MeetingMember>> join_all() const {
    std::vector<std::future<std::unique_ptr<MeetingMember>>> coming;
    for (int rank = 0; rank < spec_.ranks; ++rank)
      coming.push_back(std::async(std::launch::async, [this, rank] { return join(rank); }));
    std::vector<std::unique_ptr<MeetingMember>> members;
    for (auto& one : coming) members.push_back(one.get());
    return members;
  }

  RankSpec spec_;
};

TEST_F(MeetingPointTest, KeepsValuesUntilTheyAreAskedFor) {
  const auto meeting = open(2);
  const auto members = join_all();
  EXPECT_EQ(members[0]->address(), "127.0.0.1");
  members[0]->set("early", std::string(100'000, 'x'));
  EXPECT_EQ(members[1]->get("early"), std::string(100'000, 'x'));
  auto late = std::async(std::launch::async, [&] { return members[1]->get("late"); });
  EXPECT_EQ(late.wait_for(milliseconds(100)), std::future_status::timeout);
  members[0]->set("late", "");
  EXPECT_EQ(late.get(), "");
}

TEST_F(MeetingPointTest, TellsALossOnceToThoseWhoWait) {
  const auto meeting = open(3);
  const auto members = join_all();
  std::promise<void> told;
  members[0]->on_loss([&] { told.set_value(); }, milliseconds(100'000), {});
  EXPECT_FALSE(members[0]->loss());
  members[2]->leave(RankLoss{ErrorKind::data, "no such table"});
  told.get_future().wait();
  for (int rank : {0, 1}) {
    const auto loss = members[static_cast<size_t>(rank)]->loss(milliseconds(2'000));
    ASSERT_TRUE(loss);
    EXPECT_EQ(loss->kind, ErrorKind::data);
    EXPECT_NE(loss->message.find(" ended: no such table"), std::string::npos) << loss->message;
  }
  EXPECT_THROW(members[0]->get("never"), Error);
}

TEST_F(MeetingPointTest, TellsALossToTheRankThatComesLate) {
  const auto meeting = open(2);
  std::string reason;
  {
    const TcpSocket first = tcp_connect(parse_endpoint(spec_.meet, ""), milliseconds(1'000), reason);
    const MeetingGuest guest = {.rank = 0, .token = "job", .ranks = 2, .host = "here", .process = "1"};
    std::string hello = wire_form({MeetingKind::hello, 0, kMeetingProtocol, guest.lines()});
    ASSERT_TRUE(tcp_write(first, hello));
    std::this_thread::sleep_for(milliseconds(100));
  }
  std::this_thread::sleep_for(milliseconds(100));
  try {
    join(1);
    ADD_FAILURE() << "needs an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_NE(error.message().find("rank 0 on here (process 1) ended without a reason"), std::string::npos)
        << error.message();
  }
}

TEST_F(MeetingPointTest, IsNoLossIfARankHasFinished) {
  const auto meeting = open(2);
  const auto members = join_all();
  members[1]->leave({});
  EXPECT_FALSE(members[0]->loss(milliseconds(200)));
  EXPECT_EQ(members[0]->finished_rank().find("rank 1 on "), 0u);
}

TEST_F(MeetingPointTest, SaysWhenARankIsTooBusyToSeeALoss) {
  const auto meeting = open(2);
  const auto members = join_all();
  std::promise<std::string> stuck;
  members[0]->on_loss([] {}, milliseconds(200), [&](const RankLoss& loss) { stuck.set_value(loss.message); });
  members[1]->leave(RankLoss{ErrorKind::failed, "why"});
  EXPECT_NE(stuck.get_future().get().find("why"), std::string::npos);
}

TEST_F(MeetingPointTest, SeesThatAllWaitForEachOther) {
  const auto meeting = open(2);
  const auto members = join_all();
  members[0]->begin_exchange();
  EXPECT_FALSE(members[0]->loss(milliseconds(1'000)));  // rank 1 computes
  members[1]->begin_exchange();
  const auto loss = members[0]->loss(milliseconds(3'000));
  ASSERT_TRUE(loss);
  EXPECT_EQ(loss->message,
            "all ranks have waited for each other for 0 s: the network between two of them is down");
}

TEST_F(MeetingPointTest, IgnoresConnectionsThatDoNotSayHello) {
  const auto meeting = open(2);
  std::string reason;
  const TcpSocket scanner = tcp_connect(parse_endpoint(spec_.meet, ""), milliseconds(1'000), reason);
  std::string request = "GET / HTTP/1.1\r\n\r\n";
  ASSERT_TRUE(tcp_write(scanner, request));
  const TcpSocket silent = tcp_connect(parse_endpoint(spec_.meet, ""), milliseconds(1'000), reason);
  const auto members = join_all();
  EXPECT_FALSE(members[0]->loss(milliseconds(200)));
}

}  // namespace
}  // namespace shortlist
