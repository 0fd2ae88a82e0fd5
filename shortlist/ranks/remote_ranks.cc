#include "shortlist/ranks/remote_ranks.h"

#include <csignal>
#include <memory>
#include <optional>
#include <vector>

#include "shortlist/ranks/collectives_library.h"
#include "shortlist/ranks/life_line.h"
#include "shortlist/ranks/meeting_point.h"
#include "shortlist/ranks/tcp.h"

namespace shortlist {
namespace {

using std::chrono::milliseconds;

constexpr size_t kErrorBytes = 1'024;
// How long a failed connection waits for the meeting point to say which rank ended.
constexpr milliseconds kVerdict{2'000};
constexpr milliseconds kGrace{4'000};

int set_value(void* member, const char* key, const void* value, size_t bytes) try {
  static_cast<MeetingMember*>(member)->set(key, std::string(static_cast<const char*>(value), bytes));
  return 0;
} catch (...) {
  return 1;
}

int get_value(void* member, const char* key, void (*take)(void* into, const void* value, size_t bytes),
              void* into) try {
  const std::string value = static_cast<MeetingMember*>(member)->get(key);
  take(into, value.data(), value.size());
  return 0;
} catch (...) {
  return 1;
}

class RemoteRank final : public Communicator {
 public:
  RemoteRank(const RankSpec& spec, MeetingMember& member, const ShortlistCollectives& module)
      : spec_(spec), member_(member), module_(module) {
    const std::string address = member.address();
    const ShortlistPlace place = {.rank = spec.rank,
                                  .size = spec.ranks,
                                  .address = address.c_str(),
                                  .timeout_ms = static_cast<int>(spec.silence.count()),
                                  .store = {&member, set_value, get_value}};
    char error[kErrorBytes] = {};
    if (module_.open(&place, &ranks_, error, sizeof error) != 0) fail("connecting the ranks", -1, error);
  }
  ~RemoteRank() override {
    if (ranks_ != nullptr) module_.close(ranks_);
  }

  int rank() const override { return spec_.rank; }
  int size() const override { return spec_.ranks; }

  void exchange(std::span<const std::span<const std::byte>> send,
                std::span<const std::span<std::byte>> received) override {
    const auto ranks = static_cast<size_t>(size()), own = static_cast<size_t>(rank());
    SHORTLIST_CHECK(send.size() == ranks && received.size() == ranks &&
                    send[own].size() == received[own].size());
    std::vector<const void*> from(ranks);
    std::vector<void*> to(ranks);
    std::vector<uint64_t> from_bytes(ranks), to_bytes(ranks);
    for (size_t r = 0; r < ranks; ++r) {
      from[r] = send[r].data();
      from_bytes[r] = send[r].size();
      to[r] = received[r].data();
      to_bytes[r] = received[r].size();
    }
    char error[kErrorBytes] = {};
    int peer = -1;
    member_.begin_exchange();
    if (module_.exchange(ranks_, from.data(), from_bytes.data(), to.data(), to_bytes.data(), &peer, error,
                         sizeof error) != 0)
      fail("an exchange", peer, error);
    member_.end_exchange();
  }

  void abort() { module_.abort(ranks_); }

 private:
  // The module knows that a connection broke, and the meeting point why.
  [[noreturn]] void fail(const char* what, int peer, const char* error) {
    if (const auto loss = member_.loss(kVerdict)) throw loss->error();
    const std::string finished = member_.finished_rank();
    if (!finished.empty())
      throw failed("{} has already finished its work, but rank {} has not", finished, rank());
    throw failed("{} failed{}: {}: {}", what,
                 peer < 0 ? "" : fmt::format(" between ranks {} and {}", rank(), peer), module_.name, error);
  }

  const RankSpec& spec_;
  MeetingMember& member_;
  const ShortlistCollectives& module_;
  ShortlistRanks* ranks_ = nullptr;
};

RankLoss loss_of(const std::exception& error) {
  const auto* ours = dynamic_cast<const Error*>(&error);
  return {ours == nullptr ? ErrorKind::failed : ours->kind(),
          ours == nullptr ? std::string(error.what()) : ours->message()};
}

void run_connected(const RankSpec& spec, MeetingMember& member, const ShortlistCollectives& module,
                   const std::function<void(Communicator&)>& run,
                   const std::function<void(const RankLoss&)>& end_process) {
  std::optional<RemoteRank> ranks;  // outlives the connection to the meeting point, whose thread may abort it
  try {
    // The module may wait for a rank that is lost while they connect, and cannot be aborted before.
    member.on_loss([] {}, kGrace, end_process);
    ranks.emplace(spec, member, module);
    member.on_loss([&ranks] { ranks->abort(); }, kGrace, end_process);
    run(*ranks);
    member.leave({});
  } catch (const std::exception& error) {
    member.leave(loss_of(error));
    throw;
  } catch (...) {
    member.leave(RankLoss{.message = "unknown exception"});
    throw;
  }
}

std::unique_ptr<MeetingPoint> open_meeting_point(const RankSpec& spec) {
  TcpSocket listening = spec.listening_file >= 0
                            ? tcp_inherited(spec.listening_file)
                            : tcp_listen(parse_endpoint(spec.meet, "the meeting point").port);
  return std::make_unique<MeetingPoint>(
      std::move(listening),
      MeetingPoint::Job{spec.job, spec.attempt, spec.ranks, spec.silence, spec.start, spec.stall});
}

const RankLoss kLifeLineEnded = {.message =
                                     "its standard input has ended, so the program that started it is gone"};

}  // namespace

void run_as_rank(const RankSpec& spec, const std::function<void(Communicator&)>& run,
                 const std::function<void(const RankLoss&)>& end_process) {
  std::unique_ptr<MeetingPoint> meeting;  // of rank 0
  std::unique_ptr<MeetingMember> member;
  std::optional<LifeLine> life_line;  // destroyed first, since it uses the member
  if (spec.life_line && end_process) life_line.emplace([end_process] { end_process(kLifeLineEnded); });
  if (spec.ranks == 1) {
    SingleRank alone;
    return run(alone);
  }
  // Gloo writes to connections that a lost rank has closed. The write must fail, not end this process.
  std::signal(SIGPIPE, SIG_IGN);
  const ShortlistCollectives& module = collectives();
  if (spec.rank == 0) meeting = open_meeting_point(spec);
  member = std::make_unique<MeetingMember>(spec);
  if (life_line) life_line->before_end([&member] { member->leave(kLifeLineEnded); });
  run_connected(spec, *member, module, run, end_process);
}

}  // namespace shortlist
