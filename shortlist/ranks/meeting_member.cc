#include "shortlist/ranks/meeting_member.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "shortlist/base/start_thread.h"
#include "shortlist/ranks/meeting_guest.h"
#include "shortlist/ranks/meeting_message.h"
#include "shortlist/ranks/tcp.h"

namespace shortlist {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr size_t kMostMessageBytes = 16 << 20;
constexpr milliseconds kRetry{100}, kFarewell{1'000};

milliseconds until(Clock::time_point end) {
  return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(end - Clock::now()));
}

MeetingGuest self(const RankSpec& spec) {
  return {.rank = spec.rank,
          .token = spec.job,
          .attempt = spec.attempt,
          .ranks = spec.ranks,
          .host = own_host_name(),
          .process = std::to_string(getpid())};
}

// Waits for the answer to hello. Returns nothing and a reason if there is none.
std::optional<MeetingMessage> answer_of(const TcpSocket& socket, std::string& data, Clock::time_point end,
                                        std::string& reason) {
  for (bool open = true;;) {
    if (auto message = take_message(data, kMostMessageBytes)) return message;
    reason = open ? "it takes the connection, but does not answer" : "it closed the connection";
    pollfd one = {socket.file(), POLLIN, 0};
    if (!open || poll(&one, 1, static_cast<int>(until(end).count())) == 0) return std::nullopt;
    open = tcp_read(socket, data);
  }
}

}  // namespace

class MeetingMember::Client {
 public:
  explicit Client(const RankSpec& spec) : spec_(spec), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    connect();
    thread_ = start_thread([this] { run(); });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !address_.empty() || loss_; });
    if (!loss_) return;
    const RankLoss loss = *loss_;
    lock.unlock();
    stop();
    throw loss.error();
  }
  ~Client() { stop(); }

  std::string address() const { return address_; }

  void set(const std::string& key, const std::string& value) { send({MeetingKind::set, 0, key, value}); }

  std::string get(const std::string& key) {
    send({MeetingKind::get, 0, key, ""});
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return loss_ || (value_ && value_->key == key); });
    if (loss_) throw loss_->error();
    const std::string value = std::move(value_->value);
    value_.reset();
    return value;
  }

  std::optional<RankLoss> loss(milliseconds within) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, within, [&] { return loss_.has_value(); });
    return loss_;
  }

  void on_loss(std::function<void()> lost, milliseconds grace, std::function<void(const RankLoss&)> stuck) {
    {
      const std::lock_guard lock(mutex_);
      lost_call_ = std::move(lost);
      stuck_call_ = std::move(stuck);
      grace_ = grace;
    }
    wake();
  }

  void begin_exchange() {
    exchanges_ = exchanges_ == INT32_MAX ? 1 : exchanges_ + 1;
    exchange_ = exchanges_;
  }
  void end_exchange() { exchange_ = kNoExchange; }

  std::string finished_rank() {
    const std::lock_guard lock(mutex_);
    return finished_.empty() ? "" : names_[static_cast<size_t>(finished_.front())].name();
  }

  void leave(const std::optional<RankLoss>& failure) {
    const std::lock_guard leaving(leave_mutex_);  // the end of a life line may come at any time
    if (std::exchange(left_, true)) return;
    const int kind = failure ? static_cast<int>(failure->kind) : 0;
    const std::string farewell = wire_form({MeetingKind::leave, kind, "", failure ? failure->message : ""});
    stop();
    if (socket_.is_open()) tcp_finish(socket_, out_ + farewell, kFarewell);
  }

 private:
  void connect() {
    const TcpEndpoint endpoint = parse_endpoint(spec_.meet, "the meeting point");
    const Clock::time_point end = Clock::now() + spec_.start;
    std::string reason;
    do {
      socket_ = tcp_connect(endpoint, std::min(spec_.silence, until(end)), reason);
      if (socket_.is_open() && is_accepted(endpoint, reason)) return;
      socket_.close();
      std::this_thread::sleep_for(kRetry);
    } while (Clock::now() < end);
    throw failed("rank 0 did not answer at {} within {} s: {}", endpoint.text(),
                 std::chrono::duration_cast<std::chrono::seconds>(spec_.start).count(), reason);
  }

  bool is_accepted(const TcpEndpoint& endpoint, std::string& reason) {
    std::string hello = wire_form({MeetingKind::hello, spec_.rank, kMeetingProtocol, self(spec_).lines()});
    if (!tcp_write(socket_, hello)) return false;
    std::optional<MeetingMessage> answer;
    try {
      answer = answer_of(socket_, in_, Clock::now() + spec_.silence, reason);
    } catch (const Error&) {
      throw failed("the program that listens at {} is not rank 0 of a job of Shortlist", endpoint.text());
    }
    if (!answer) {
      in_.clear();
      return false;
    }
    if (answer->kind == MeetingKind::accepted && answer->key == kMeetingProtocol) return true;
    reason = fmt::format("{} (at {})", answer->value, endpoint.text());
    // That of the rank that was lost before, or a mistake of this one.
    const bool failed = answer->key == "1", data = answer->key == "3";
    if (answer->number == 0)
      throw Error(failed ? ErrorKind::failed : data ? ErrorKind::data : ErrorKind::usage, reason);
    in_.clear();
    return false;
  }

  void run() {
    heard_ = Clock::now();
    const milliseconds interval = std::clamp(spec_.silence / 8, milliseconds(20), milliseconds(1'000));
    while (!stop_) {
      std::unique_lock lock(mutex_);
      if (Clock::now() - beaten_ >= interval) {
        out_ += wire_form({MeetingKind::beat, exchange_.load(), "", ""});
        beaten_ = Clock::now();
      }
      if (socket_.is_open() && !tcp_write(socket_, out_)) hear();
      const short events = static_cast<short>(out_.empty() ? POLLIN : POLLIN | POLLOUT);
      pollfd files[] = {{wake_.file(), POLLIN, 0}, {socket_.file(), events, 0}};
      lock.unlock();
      poll(files, socket_.is_open() ? 2 : 1, static_cast<int>(interval.count() / 2));
      uint64_t count;
      if (read(wake_.file(), &count, sizeof count) < 0) {
      }  // nobody woke it
      lock.lock();
      if (socket_.is_open()) hear();
      if (socket_.is_open() && Clock::now() - heard_ > spec_.silence && !ended_well_)
        lose({ErrorKind::failed, silence_text(name_of(0), spec_.silence)});
      notify(lock);
    }
  }

  // Reads what has come. Requires the lock.
  void hear() {
    const size_t before = in_.size();
    const bool open = tcp_read(socket_, in_);
    if (in_.size() > before) heard_ = Clock::now();
    try {
      while (auto message = take_message(in_, kMostMessageBytes)) take(*message);
    } catch (const Error& error) {
      lose({ErrorKind::failed, fmt::format("{} sent {}", name_of(0), error.message())});
    }
    if (open) return;
    if (!ended_well_)
      lose({ErrorKind::failed,
            fmt::format("{} ended without a reason: it was killed, or it crashed", name_of(0))});
    socket_.close();
  }

  void take(MeetingMessage& message) {
    if (message.kind == MeetingKind::ready) {
      std::istringstream lines(message.value);
      for (std::string host, process; std::getline(lines, host, '\t') && std::getline(lines, process);)
        names_.push_back({.rank = static_cast<int>(names_.size()), .host = host, .process = process});
      address_ = message.key;
    }
    if (message.kind == MeetingKind::value) value_ = message;
    if (message.kind == MeetingKind::ended) lose({static_cast<ErrorKind>(message.number), message.value});
    if (message.kind == MeetingKind::finished && static_cast<size_t>(message.number) < names_.size()) {
      finished_.push_back(message.number);
      ended_well_ = ended_well_ || message.number == 0;
    }
    changed_.notify_all();
  }

  void lose(RankLoss loss) {
    if (loss_) return;
    loss_ = std::move(loss);
    lost_at_ = Clock::now();
    changed_.notify_all();
  }

  // Calls what waits for a loss, without the lock.
  void notify(std::unique_lock<std::mutex>& lock) {
    if (!loss_) return;
    const std::function<void()> lost = std::exchange(lost_call_, {});
    std::function<void(const RankLoss&)> stuck;
    if (stuck_call_ && Clock::now() - lost_at_ > grace_) stuck = std::exchange(stuck_call_, {});
    const RankLoss loss = *loss_;
    lock.unlock();
    if (lost) lost();
    if (stuck) stuck(loss);
  }

  std::string name_of(int rank) const {
    const auto index = static_cast<size_t>(rank);
    return index < names_.size() ? names_[index].name() : fmt::format("rank {} at {}", rank, spec_.meet);
  }

  void send(const MeetingMessage& message) {
    {
      const std::lock_guard lock(mutex_);
      out_ += wire_form(message);
    }
    wake();
  }
  void wake() {
    const uint64_t one = 1;
    if (write(wake_.file(), &one, sizeof one) < 0) {
    }  // the thread looks every few milliseconds anyway
  }
  void stop() {
    stop_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
  }

  const RankSpec spec_;
  const TcpSocket wake_;
  std::atomic<bool> stop_ = false;
  int32_t exchanges_ = 0;  // begun so far
  std::atomic<int32_t> exchange_ = kNoExchange;
  std::thread thread_;  // after the connection is accepted, only it uses the socket

  std::mutex leave_mutex_;
  bool left_ = false;

  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  TcpSocket socket_;
  std::string in_, out_, address_;
  Clock::time_point heard_, beaten_, lost_at_;
  std::vector<MeetingGuest> names_;
  std::vector<int> finished_;  // ranks
  bool ended_well_ = false;    // rank 0 has finished
  std::optional<MeetingMessage> value_;
  std::optional<RankLoss> loss_;
  std::function<void()> lost_call_;
  std::function<void(const RankLoss&)> stuck_call_;
  milliseconds grace_{};
};

MeetingMember::MeetingMember(const RankSpec& spec) : client_(std::make_unique<Client>(spec)) {}
MeetingMember::~MeetingMember() = default;
std::string MeetingMember::address() const { return client_->address(); }
void MeetingMember::set(const std::string& key, const std::string& value) { client_->set(key, value); }
std::string MeetingMember::get(const std::string& key) { return client_->get(key); }
std::optional<RankLoss> MeetingMember::loss(milliseconds within) const { return client_->loss(within); }
void MeetingMember::on_loss(std::function<void()> lost, milliseconds grace,
                            std::function<void(const RankLoss&)> stuck) {
  client_->on_loss(std::move(lost), grace, std::move(stuck));
}
void MeetingMember::begin_exchange() { client_->begin_exchange(); }
void MeetingMember::end_exchange() { client_->end_exchange(); }
std::string MeetingMember::finished_rank() const { return client_->finished_rank(); }
void MeetingMember::leave(const std::optional<RankLoss>& failure) { client_->leave(failure); }

}  // namespace shortlist
