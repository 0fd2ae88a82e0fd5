// Ranks as processes over the loopback interface, through Gloo.
#include "shortlist/ranks/remote_ranks.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "shortlist/base/random.h"
#include "shortlist/ranks/collectives_library.h"
#include "shortlist/ranks/in_process.h"
#include "shortlist/ranks/ordered_sum.h"
#include "shortlist/ranks/tcp.h"

namespace shortlist {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class RemoteRanks : public testing::Test {
 protected:
  void SetUp() override {
    try {
      collectives();
    } catch (const Error& error) {
      GTEST_SKIP() << error.message();
    }
  }
  void TearDown() override {
    for (const Process& one : processes_) {
      kill(one.id, SIGKILL);
      waitpid(one.id, nullptr, 0);
    }
  }

  // A place for ranks to meet, which this process holds.
  RankSpec spec(int ranks) {
    listening_ = tcp_listen(0);
    return {.ranks = ranks,
            .meet = fmt::format("127.0.0.1:{}", listening_.own_port()),
            .job = "secret",
            .listening_file = listening_.file(),
            .silence = milliseconds(1'500),
            .start = milliseconds(20'000)};
  }

  // Starts a process that runs as the rank. Its message is what `run` returns, or its error.
  pid_t start(RankSpec spec, int rank, const std::function<std::string(Communicator&)>& run) {
    spec.rank = rank;
    if (rank != 0) spec.listening_file = -1;
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t id = fork();
    if (id == 0) {
      close(ends[0]);
      if (rank != 0) listening_.close();
      std::string message;
      try {
        run_as_rank(spec, [&](Communicator& ranks) { message = run(ranks); });
      } catch (const std::exception& error) {
        message = std::string("error: ") + error.what();
      }
      if (write(ends[1], message.data(), message.size()) < 0) _exit(1);
      _exit(0);
    }
    close(ends[1]);
    processes_.push_back({id, ends[0]});
    return id;
  }
  std::vector<pid_t> start_all(const RankSpec& spec, const std::function<std::string(Communicator&)>& run) {
    std::vector<pid_t> all;
    for (int rank = 0; rank < spec.ranks; ++rank) all.push_back(start(spec, rank, run));
    listening_.close();
    return all;
  }

  // Waits for all processes and returns their messages, in the order in which they were started.
  std::vector<std::string> finish() {
    std::vector<std::string> messages;
    for (const Process& one : processes_) {
      std::string& message = messages.emplace_back();
      char block[4096];
      for (ssize_t got; (got = read(one.out, block, sizeof block)) > 0;)
        message.append(block, static_cast<size_t>(got));
      close(one.out);
      waitpid(one.id, nullptr, 0);
    }
    processes_.clear();
    return messages;
  }

  struct Process {
    pid_t id;
    int out;
  };
  std::vector<Process> processes_;
  TcpSocket listening_;
};

// Exchanges until an error ends it.
std::string exchange_for_ever(Communicator& ranks) {
  for (;;) {
    ranks.all_gather(ByteVector(1000));
    std::this_thread::sleep_for(milliseconds(1));
  }
}

std::string name_of(int rank, pid_t process) {
  return fmt::format("rank {} on {} (process {})", rank, own_host_name(), process);
}

TEST_F(RemoteRanks, ExchangeBytesOfAnySizeAndNone) {
  for (const int ranks : {2, 3, 4}) {
    start_all(spec(ranks), [](Communicator& own) -> std::string {
      const auto bytes = [](int from, int to) {
        return ByteVector(static_cast<size_t>(from * 100'000 * to), static_cast<std::byte>(10 * from + to));
      };
      std::vector<ByteVector> send;
      for (int r = 0; r < own.size(); ++r) send.push_back(bytes(own.rank(), r));
      const std::vector<ByteVector> received = own.exchange(send);
      for (int r = 0; r < own.size(); ++r) {
        if (received[static_cast<size_t>(r)] != bytes(r, own.rank())) return "other bytes";
      }
      own.barrier();
      return "right";
    });
    EXPECT_EQ(finish(), std::vector<std::string>(static_cast<size_t>(ranks), "right"));
  }
}

TEST_F(RemoteRanks, WaitForAllAtABarrier) {
  start_all(spec(3), [](Communicator& own) -> std::string {
    const auto start = Clock::now();
    if (own.rank() == 2) std::this_thread::sleep_for(milliseconds(300));
    own.barrier();
    return seconds_since(start) > 0.25 ? "waited" : "did not wait";
  });
  EXPECT_EQ(finish(), std::vector<std::string>(3, "waited"));
}

// The sum over eight parts, as a hash of its bytes.
std::string sum_of_parts(Communicator& own) {
  constexpr size_t kParts = 8, kValues = 1001;
  const PartRange range = parts_of_rank(kParts, own.rank(), own.size());
  std::vector<std::vector<float>> memory;
  for (size_t p = range.first; p < range.end; ++p) {
    std::vector<float>& part = memory.emplace_back(kValues);
    const auto stream = RandomStream(7, "values").at(p);
    for (size_t i = 0; i < kValues; ++i)
      part[i] = static_cast<float>(stream.uniform(i)) * static_cast<float>(p + 1);
  }
  std::vector<std::span<float>> parts(memory.begin(), memory.end());
  sum_in_order(own, kParts, std::span<const std::span<float>>(parts));
  const auto bytes = std::as_bytes(parts[0]);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return std::to_string(std::hash<std::string_view>()(text));
}

TEST_F(RemoteRanks, SumToTheBitsOfOneRankAndOfRanksInOneProcess) {
  SingleRank alone;
  const std::string one = sum_of_parts(alone);
  run_in_process(3, [&](Communicator& own) { EXPECT_EQ(sum_of_parts(own), one); });
  for (const int ranks : {2, 3, 4}) {
    start_all(spec(ranks), sum_of_parts);
    EXPECT_EQ(finish(), std::vector<std::string>(static_cast<size_t>(ranks), one)) << ranks << " ranks";
  }
}

TEST_F(RemoteRanks, EndWhenOneIsKilledAndNameIt) {
  for (const int killed : {0, 2}) {
    const std::vector<pid_t> ids = start_all(spec(3), exchange_for_ever);
    std::this_thread::sleep_for(milliseconds(400));
    const auto start = Clock::now();
    kill(ids[static_cast<size_t>(killed)], SIGKILL);
    const std::vector<std::string> messages = finish();
    EXPECT_LT(seconds_since(start), 1.4);  // before its silence would show
    for (int rank = 0; rank < 3; ++rank) {
      if (rank == killed) continue;
      EXPECT_EQ(messages[static_cast<size_t>(rank)],
                "error: " + name_of(killed, ids[static_cast<size_t>(killed)]) +
                    " ended without a reason: it was killed, or it crashed");
    }
  }
}

TEST_F(RemoteRanks, EndWhenOneIsStoppedAndNameIt) {
  for (const int stopped : {0, 1}) {
    const std::vector<pid_t> ids = start_all(spec(3), exchange_for_ever);
    std::this_thread::sleep_for(milliseconds(400));
    const auto start = Clock::now();
    kill(ids[static_cast<size_t>(stopped)], SIGSTOP);
    for (size_t rank = 0; rank < 3; ++rank) {
      if (static_cast<int>(rank) != stopped) waitpid(ids[rank], nullptr, 0);
    }
    EXPECT_LT(seconds_since(start), 3);
    kill(ids[static_cast<size_t>(stopped)], SIGCONT);
    const std::vector<std::string> messages = finish();
    EXPECT_LT(seconds_since(start), 6);
    for (int rank = 0; rank < 3; ++rank) {
      if (rank == stopped) continue;
      EXPECT_EQ(messages[static_cast<size_t>(rank)],
                "error: " + name_of(stopped, ids[static_cast<size_t>(stopped)]) +
                    " has been silent for 1.5 s: it is stopped, or the network to it is down");
    }
    EXPECT_EQ(messages[static_cast<size_t>(stopped)].find("error: "), 0u)
        << stopped << messages[static_cast<size_t>(stopped)];
  }
}

TEST_F(RemoteRanks, ArePatientWithOneThatComputesForLong) {
  start_all(spec(2), [](Communicator& own) -> std::string {
    if (own.rank() == 1) std::this_thread::sleep_for(milliseconds(3'000));
    own.barrier();
    return "met";
  });
  EXPECT_EQ(finish(), std::vector<std::string>(2, "met"));
}

TEST_F(RemoteRanks, TellTheOthersTheReasonAndTheKindOfAnError) {
  for (const int culprit : {0, 1}) {
    const std::vector<pid_t> ids = start_all(spec(3), [culprit](Communicator& own) -> std::string {
      try {
        own.barrier();
        if (own.rank() == culprit) throw data_error("the disk is full");
        return exchange_for_ever(own);
      } catch (const Error& error) {
        return own.rank() == culprit ? throw
                                     : fmt::format("{}: {}", static_cast<int>(error.kind()), error.message());
      }
    });
    const std::vector<std::string> messages = finish();
    for (int rank = 0; rank < 3; ++rank)
      EXPECT_EQ(messages[static_cast<size_t>(rank)],
                rank == culprit ? "error: the disk is full"
                                : "3: " + name_of(culprit, ids[static_cast<size_t>(culprit)]) +
                                      " ended: the disk is full");
  }
}

TEST_F(RemoteRanks, SayWhichHasFinishedTooEarly) {
  const std::vector<pid_t> ids = start_all(spec(3), [](Communicator& own) -> std::string {
    own.barrier();
    return own.rank() == 1 ? "finished" : exchange_for_ever(own);
  });
  const std::vector<std::string> messages = finish();
  EXPECT_EQ(messages[1], "finished");
  EXPECT_NE(messages[0].find(name_of(1, ids[1])), std::string::npos) << messages[0];
  EXPECT_NE(messages[2].find("error: "), std::string::npos) << messages[2];
}

std::string nothing(Communicator& own) {
  own.barrier();
  return "met";
}

TEST_F(RemoteRanks, RefuseTwoOfOneNumber) {
  const RankSpec meeting = spec(3);
  const pid_t zero = start(meeting, 0, nothing);
  std::this_thread::sleep_for(milliseconds(100));
  const pid_t first = start(meeting, 1, nothing);
  std::this_thread::sleep_for(milliseconds(300));
  const pid_t second = start(meeting, 1, nothing);
  listening_.close();
  ASSERT_GT(zero, 0);
  const std::vector<std::string> messages = finish();
  for (const std::string& message : messages)
    EXPECT_EQ(
        message.find(fmt::format("error: two processes are rank 1: process {0} on {2} and process {1} on {2}",
                                 first, second, own_host_name())),
        0u)
        << message;
}

TEST_F(RemoteRanks, RefuseAnotherNumberOfRanks) {
  RankSpec meeting = spec(3);
  start(meeting, 0, nothing);
  start(meeting, 1, nothing);
  std::this_thread::sleep_for(milliseconds(300));
  meeting.ranks = 4;
  const pid_t other = start(meeting, 2, nothing);
  listening_.close();
  for (const std::string& message : finish())
    EXPECT_EQ(message.find("error: " + name_of(2, other) +
                           " was started as one of 4 ranks, and rank 0 as one of 3"),
              0u)
        << message;
}

TEST_F(RemoteRanks, RefuseTheMeetingPointOfAnOlderRun) {
  RankSpec meeting = spec(2);
  const auto wait = [](Communicator& own) -> std::string {
    std::this_thread::sleep_for(milliseconds(800));
    return nothing(own);
  };
  start(meeting, 0, wait);
  start(meeting, 1, wait);
  RankSpec newer = meeting;
  newer.job = "another";
  start(newer, 1, nothing);
  newer = meeting;
  newer.attempt = 1;
  start(newer, 1, nothing);
  newer = meeting;
  newer.listening_file = -1;
  newer.attempt = 1;
  start(newer, 0, nothing);
  const std::vector<std::string> messages = finish();
  EXPECT_EQ(messages[0], "met");
  EXPECT_EQ(messages[1], "met");
  EXPECT_EQ(messages[2],
            fmt::format("error: rank 0 there belongs to another job: it is left over from an older run, or "
                        "--job differs (at {})",
                        meeting.meet));
  EXPECT_EQ(messages[3],
            fmt::format("error: rank 0 there is of attempt 0 of the job, and rank 1 of attempt 1 (at {})",
                        meeting.meet));
  EXPECT_NE(messages[4].find("rank 0 cannot listen on port"), std::string::npos) << messages[4];
}

TEST_F(RemoteRanks, EndWhenOneDoesNotComeAndNameIt) {
  RankSpec meeting = spec(4);
  meeting.start = milliseconds(1'000);
  start(meeting, 0, nothing);
  start(meeting, 2, nothing);
  listening_.close();
  const auto start = Clock::now();
  EXPECT_EQ(finish(), std::vector<std::string>(2, "error: 2 of 4 ranks did not come within 1 s: 1, 3"));
  EXPECT_LT(seconds_since(start), 8);
}

TEST_F(RemoteRanks, EndWithoutRankZero) {
  RankSpec meeting = spec(2);
  listening_.close();
  meeting.start = milliseconds(1'000);
  start(meeting, 1, nothing);
  EXPECT_EQ(finish()[0],
            fmt::format("error: rank 0 did not answer at {} within 1 s: Connection refused", meeting.meet));
}

TEST_F(RemoteRanks, EndWhereAnotherProgramListens) {
  RankSpec meeting = spec(2);
  const int port = listening_.own_port();
  std::thread other([&] {
    TcpSocket guest;
    while (!guest.is_open()) {
      guest = tcp_accept(listening_);
      std::this_thread::sleep_for(milliseconds(5));
    }
    tcp_finish(guest, "HTTP/1.1 400 Bad Request\r\n\r\n", milliseconds(2'000));
  });
  start(meeting, 1, nothing);
  const std::vector<std::string> messages = finish();
  other.join();
  EXPECT_EQ(messages[0],
            fmt::format("error: the program that listens at 127.0.0.1:{} is not rank 0 of a job of Shortlist",
                        port));
}

}  // namespace
}  // namespace shortlist
