#include "shortlist/ranks/meeting_point.h"

#include <fmt/ranges.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <list>
#include <map>
#include <optional>
#include <thread>
#include <vector>

#include "shortlist/base/error.h"
#include "shortlist/base/start_thread.h"
#include "shortlist/ranks/meeting_guest.h"
#include "shortlist/ranks/meeting_message.h"

namespace shortlist {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr size_t kMostHelloBytes = 4'096;       // before a connection has given the token
constexpr size_t kMostMessageBytes = 16 << 20;  // after
constexpr milliseconds kFarewell{1'000};        // for closing a connection
constexpr milliseconds kLateGuests{3'000};      // how long a job that failed at the start tells late ranks so

struct Guest {
  TcpSocket socket;
  std::string in, out;
  Clock::time_point heard = Clock::now();
  std::optional<MeetingGuest> who;  // once it has said hello
  std::optional<std::string> wanted;
  int32_t exchange = kNoExchange;  // as it last said
  Clock::time_point exchange_since = Clock::now();
  bool finished = false, open = true;
};

}  // namespace

class MeetingPoint::Server {
 public:
  Server(TcpSocket listening, Job job)
      : listening_(std::move(listening)), job_(std::move(job)), wake_(eventfd(0, EFD_CLOEXEC)) {
    thread_ = start_thread([this] { serve(); });
  }
  ~Server() {
    stop_ = true;
    const uint64_t one = 1;
    if (write(wake_.file(), &one, sizeof one) < 0) {
    }  // the thread looks every few milliseconds anyway
    thread_.join();
  }

 private:
  void serve() {
    while (!stop_ || waits_for_late_guests()) step();
    // First all that is to be sent, then the closing of each, which may wait.
    for (Guest& guest : guests_) tcp_write(guest.socket, guest.out);
    const Clock::time_point end = Clock::now() + kFarewell;
    for (Guest& guest : guests_)
      tcp_finish(guest.socket, guest.out,
                 std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(end - Clock::now())));
  }

  milliseconds beat_interval() const {
    return std::clamp(job_.silence / 8, milliseconds(20), milliseconds(1'000));
  }

  void step() {
    std::vector<pollfd> files = {{listening_.file(), POLLIN, 0}};
    if (!stop_) files.push_back({wake_.file(), POLLIN, 0});
    for (const Guest& guest : guests_)
      files.push_back(
          {guest.socket.file(), static_cast<short>(guest.out.empty() ? POLLIN : POLLIN | POLLOUT), 0});
    poll(files.data(), files.size(), static_cast<int>(beat_interval().count() / 2));
    // All that has arrived is read before anyone is judged silent: this process may have been stopped itself.
    for (Guest& guest : guests_) hear(guest);
    welcome_new();
    judge();
    beat();
    for (Guest& guest : guests_) {
      if (!tcp_write(guest.socket, guest.out)) gone(guest);
    }
    std::erase_if(guests_, [](const Guest& guest) { return !guest.open; });
  }

  void welcome_new() {
    const size_t most = static_cast<size_t>(job_.ranks) + 64;
    while (guests_.size() < most) {
      TcpSocket socket = tcp_accept(listening_);
      if (!socket.is_open()) return;
      guests_.emplace_back().socket = std::move(socket);
    }
  }

  void hear(Guest& guest) {
    const size_t before = guest.in.size();
    const bool open = tcp_read(guest.socket, guest.in);
    if (guest.in.size() > before) guest.heard = Clock::now();
    try {
      while (auto message = take_message(guest.in, guest.who ? kMostMessageBytes : kMostHelloBytes))
        take(guest, *message);
    } catch (const Error& error) {
      if (guest.who) lose(ErrorKind::failed, fmt::format("{} sent {}", guest.who->name(), error.message()));
      drop(guest);
    }
    if (!open) gone(guest);
  }

  void take(Guest& guest, const MeetingMessage& message) {
    if (!guest.who && message.kind != MeetingKind::hello) throw failed("a message before hello");
    if (message.kind == MeetingKind::hello) return hello(guest, message);
    if (message.kind == MeetingKind::leave) return leave(guest, message);
    if (message.kind == MeetingKind::beat && message.number != guest.exchange) {
      guest.exchange = message.number;
      guest.exchange_since = Clock::now();
    }
    if (message.kind == MeetingKind::get) guest.wanted = message.key;
    if (message.kind == MeetingKind::set) values_[message.key] = message.value;
    for (Guest& one : guests_) give_value(one);
  }

  void give_value(Guest& guest) {
    if (!guest.wanted) return;
    const auto found = values_.find(*guest.wanted);
    if (found == values_.end()) return;
    send(guest, {MeetingKind::value, 0, found->first, found->second});
    guest.wanted.reset();
  }

  void hello(Guest& guest, const MeetingMessage& message) {
    if (guest.who) throw failed("a second hello");
    if (message.key != kMeetingProtocol)
      return refuse(guest, false, "rank 0 is another version of Shortlist, which meets in another way");
    const MeetingGuest who = parse_guest(message.number, message.value);
    if (who.token != job_.token)
      return refuse(
          guest, false,
          "rank 0 there belongs to another job: it is left over from an older run, or --job differs");
    if (who.attempt != job_.attempt)
      return refuse(guest, false,
                    fmt::format("rank 0 there is of attempt {} of the job, and rank {} of attempt {}",
                                job_.attempt, who.rank, who.attempt));
    if (ended_) return refuse(guest, ready_, *ended_, ended_kind_);
    const std::string mistake = mistake_of(who);
    if (!mistake.empty()) {
      // The job that is complete goes on without the one that is too many.
      if (!ready_) lose(ErrorKind::usage, mistake);
      return refuse(guest, false, mistake);
    }
    guest.who = who;
    members_[who.rank] = &guest;
    names_[who.rank] = who;
    send(guest, {MeetingKind::accepted, 0, kMeetingProtocol, ""});
    if (members_.size() == static_cast<size_t>(job_.ranks)) begin();
  }

  std::string mistake_of(const MeetingGuest& who) const {
    if (who.ranks != job_.ranks)
      return fmt::format("{} was started as one of {} ranks, and rank 0 as one of {}", who.name(), who.ranks,
                         job_.ranks);
    if (who.rank < 0 || who.rank >= job_.ranks)
      return fmt::format("{} is not one of {} ranks", who.name(), job_.ranks);
    const auto other = names_.find(who.rank);
    if (other == names_.end()) return "";
    return fmt::format("two processes are rank {}: process {} on {} and process {} on {}", who.rank,
                       other->second.process, other->second.host, who.process, who.host);
  }

  // All ranks have come.
  void begin() {
    ready_ = true;
    std::string names;
    for (const auto& [rank, who] : names_) names += fmt::format("{}\t{}\n", who.host, who.process);
    for (const auto& [rank, guest] : members_)
      send(*guest, {MeetingKind::ready, 0, address_of(*guest), names});
  }

  // Where other ranks reach this one. A rank that came over the loopback interface is on this machine, so it
  // has the address by which ranks of other machines came here.
  std::string address_of(const Guest& guest) const {
    const std::string address = guest.socket.peer_address();
    if (!is_loopback(address)) return address;
    for (const auto& [rank, other] : members_) {
      const std::string here = other->socket.own_address();
      if (!is_loopback(here)) return here;
    }
    return address;
  }

  void leave(Guest& guest, const MeetingMessage& message) {
    guest.finished = true;
    if (message.number == 0) {
      tell_members({MeetingKind::finished, guest.who->rank, "", ""});
    } else {
      lose(static_cast<ErrorKind>(message.number),
           fmt::format("{} ended: {}", guest.who->name(), message.value));
    }
  }

  void drop(Guest& guest) {
    guest.open = false;
    if (guest.who) members_.erase(guest.who->rank);
  }

  void gone(Guest& guest) {
    if (!guest.open) return;
    drop(guest);
    if (guest.who && !guest.finished)
      lose(ErrorKind::failed,
           fmt::format("{} ended without a reason: it was killed, or it crashed", guest.who->name()));
  }

  void judge() {
    const auto now = Clock::now();
    for (Guest& guest : guests_) {
      if (!guest.open || now - guest.heard < job_.silence) continue;
      if (guest.who && !guest.finished)
        lose(ErrorKind::failed, silence_text(guest.who->name(), job_.silence));
      drop(guest);
    }
    if (!ready_ && !ended_ && now - start_ > job_.start) lose(ErrorKind::failed, missing_text());
    if (ready_ && are_stalled(now))
      lose(ErrorKind::failed,
           fmt::format(
               "all ranks have waited for each other for {} s: the network between two of them is down",
               std::chrono::duration_cast<std::chrono::seconds>(job_.stall).count()));
  }

  // Whether all ranks have been in one exchange for too long.
  bool are_stalled(Clock::time_point now) const {
    const auto waits = [&](const auto& member) {
      const Guest& guest = *member.second;
      return guest.exchange != kNoExchange && guest.exchange == members_.begin()->second->exchange &&
             now - guest.exchange_since > job_.stall;
    };
    return members_.size() == static_cast<size_t>(job_.ranks) && std::ranges::all_of(members_, waits);
  }

  std::string missing_text() const {
    std::vector<int> missing;
    for (int rank = 0; rank < job_.ranks && missing.size() < 8; ++rank) {
      if (!names_.contains(rank)) missing.push_back(rank);
    }
    return fmt::format("{} of {} ranks did not come within {} s: {}{}",
                       static_cast<size_t>(job_.ranks) - names_.size(), job_.ranks,
                       std::chrono::duration_cast<std::chrono::seconds>(job_.start).count(),
                       fmt::join(missing, ", "), missing.size() == 8 ? ", ..." : "");
  }

  void beat() {
    if (Clock::now() - beaten_ < beat_interval()) return;
    beaten_ = Clock::now();
    tell_members({MeetingKind::beat, 0, "", ""});
  }

  // The first loss is the one that is told.
  void lose(ErrorKind kind, const std::string& message) {
    if (ended_) return;
    ended_ = message;
    ended_kind_ = kind;
    ended_at_ = Clock::now();
    tell_members({MeetingKind::ended, static_cast<int32_t>(kind), "", message});
  }

  bool waits_for_late_guests() const {
    return ended_ && !ready_ && names_.size() < static_cast<size_t>(job_.ranks) &&
           Clock::now() - ended_at_ < kLateGuests;
  }

  void refuse(Guest& guest, bool again, const std::string& reason, ErrorKind kind = ErrorKind::usage) {
    send(guest, {MeetingKind::refused, again, std::to_string(static_cast<int>(kind)), reason});
  }
  void tell_members(const MeetingMessage& message) {
    for (const auto& [rank, guest] : members_) send(*guest, message);
  }
  static void send(Guest& guest, const MeetingMessage& message) { guest.out += wire_form(message); }

  const TcpSocket listening_;
  const Job job_;
  const TcpSocket wake_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point beaten_ = start_, ended_at_;
  std::list<Guest> guests_;            // all connections
  std::map<int, Guest*> members_;      // those of ranks that have come and not gone
  std::map<int, MeetingGuest> names_;  // all ranks that have come
  std::map<std::string, std::string> values_;
  bool ready_ = false;
  std::optional<std::string> ended_;  // why the job cannot go on
  ErrorKind ended_kind_ = ErrorKind::failed;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

MeetingPoint::MeetingPoint(TcpSocket listening, Job job)
    : server_(std::make_unique<Server>(std::move(listening), std::move(job))) {}
MeetingPoint::~MeetingPoint() = default;

}  // namespace shortlist
