#include "shortlist/cli/load_generator.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <deque>
#include <memory>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kGraceSeconds = 2;

// An answer's status and size in bytes. The size is 0 until the answer is complete.
struct Answer {
  int status = 0;
  size_t size = 0;
};

Answer parse_answer(std::string_view received) {
  const size_t end = received.find("\r\n\r\n");
  if (end == received.npos || received.size() < 12) return {};
  Answer answer;
  std::from_chars(received.data() + 9, received.data() + 12, answer.status);
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const size_t at = received.substr(0, end).find(kLength);
  size_t length = 0;
  if (at != received.npos)
    std::from_chars(received.data() + at + kLength.size(), received.data() + end, length);
  const size_t whole = end + 4 + length;
  if (received.size() >= whole) answer.size = whole;
  return answer;
}

class Connection {
 public:
  explicit Connection(const LoadOptions& options) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    const bool known = inet_pton(AF_INET, options.address.c_str(), &address.sin_addr) == 1;
    if (!known || connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      const int reason = errno;
      close(descriptor_);
      throw failed("cannot connect to {} port {}: {}", options.address, options.port, std::strerror(reason));
    }
    const int on = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(descriptor_, F_SETFL, O_NONBLOCK);
  }
  Connection(const Connection&) = delete;
  ~Connection() { close(descriptor_); }

  int descriptor() const { return descriptor_; }
  bool busy() const { return busy_; }
  Clock::time_point due() const { return due_; }

  // Requests are short, so a partial write counts as an error.
  bool send_request(const std::string& request, Clock::time_point due) {
    busy_ = true;
    due_ = due;
    return send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(request.size());
  }

  enum class State { waits, answered, ended };
  State receive(int& status) {
    char buffer[16 << 10];
    for (;;) {
      const ssize_t size = recv(descriptor_, buffer, sizeof buffer, 0);
      if (size == 0 || (size < 0 && errno != EAGAIN)) return State::ended;
      if (size < 0) break;
      received_.append(buffer, static_cast<size_t>(size));
      if (static_cast<size_t>(size) < sizeof buffer) break;
    }
    const Answer answer = parse_answer(received_);
    if (answer.size == 0) return State::waits;
    received_.erase(0, answer.size);
    status = answer.status;
    busy_ = false;
    return State::answered;
  }

 private:
  const int descriptor_;
  bool busy_ = false;
  Clock::time_point due_;
  std::string received_;
};

std::vector<std::string> make_requests(const LoadOptions& options) {
  std::vector<std::string> requests;
  const std::string key = options.key.empty() ? "" : "X-API-Key: " + options.key + "\r\n";
  for (const std::string& body : options.bodies) {
    requests.push_back(fmt::format(
        "POST {} HTTP/1.1\r\nHost: {}:{}\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{}",
        options.target, options.address, options.port, key, body.size(), body));
  }
  return requests;
}

class Generator {
 public:
  explicit Generator(const LoadOptions& options)
      : options_(options), requests_(make_requests(options)), epoll_(epoll_create1(0)) {
    prctl(PR_SET_TIMERSLACK, 1);  // precise sleeps
    for (int i = 0; i < options.connections; ++i)
      connections_.push_back(nullptr), connect_again(static_cast<size_t>(i));
  }
  Generator(const Generator&) = delete;
  ~Generator() { close(epoll_); }

  LoadResult run() {
    begin_ = Clock::now();
    const double period = options_.rate > 0 ? 1 / options_.rate : 0;
    const auto total =
        options_.rate > 0 ? static_cast<uint64_t>(options_.rate * options_.seconds) : UINT64_MAX;
    const auto due_at = [&](uint64_t i) { return begin_ + to_duration(static_cast<double>(i) * period); };
    for (;;) {
      const auto now = Clock::now();
      // With a rate, sends all requests that are due, even if this thread woke up after the end.
      const bool over = period == 0 && seconds_since(begin_, now) >= options_.seconds;
      while (!over && next_ < total && !idle_.empty() && (period == 0 || due_at(next_) <= now))
        start(period == 0 ? now : due_at(next_));
      const bool all_sent = over || next_ >= total;
      if (all_sent && idle_.size() == connections_.size()) break;
      if (seconds_since(begin_, now) >= options_.seconds + kGraceSeconds) break;
      const bool waits_for_time = !all_sent && !idle_.empty();
      wait(waits_for_time ? std::max(0.0, seconds_since(now, due_at(next_))) : 0.1);
    }
    if (options_.rate > 0) result_.unanswered = total - std::min(total, result_.answered());
    result_.seconds = seconds_since(begin_, last_);
    std::ranges::sort(result_.latencies);
    return std::move(result_);
  }

 private:
  static Clock::duration to_duration(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }
  static double seconds_since(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
  }

  void connect_again(size_t i) {
    connections_[i] = std::make_unique<Connection>(options_);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i]->descriptor(), &event);
    idle_.push_back(i);
  }

  void start(Clock::time_point due) {
    const size_t i = idle_.front();
    idle_.pop_front();
    if (!connections_[i]->send_request(requests_[next_++ % requests_.size()], due)) lose(i);
  }

  void lose(size_t i) {
    if (connections_[i]->busy()) ++result_.others[0];
    std::erase(idle_, i);
    connect_again(i);
  }

  void wait(double seconds) {
    epoll_event events[64];
    const timespec time{static_cast<time_t>(seconds),
                        static_cast<long>((seconds - std::floor(seconds)) * 1e9)};
    const int count = epoll_pwait2(epoll_, events, 64, &time, nullptr);
    for (int e = 0; e < count; ++e) receive(static_cast<size_t>(events[e].data.u64));
  }

  void receive(size_t i) {
    int status = 0;
    switch (connections_[i]->receive(status)) {
      case Connection::State::waits:
        return;
      case Connection::State::ended:
        return lose(i);
      case Connection::State::answered:
        break;
    }
    last_ = Clock::now();
    if (status == 200) {
      result_.latencies.push_back(static_cast<float>(seconds_since(connections_[i]->due(), last_)));
    } else {
      ++result_.others[status];
    }
    idle_.push_back(i);
  }

  const LoadOptions& options_;
  const std::vector<std::string> requests_;
  const int epoll_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::deque<size_t> idle_;
  uint64_t next_ = 0;
  Clock::time_point begin_, last_;
  LoadResult result_;
};

}  // namespace

uint64_t LoadResult::answered() const {
  uint64_t count = latencies.size();
  for (const auto& [status, times] : others) count += times;
  return count;
}

double LoadResult::quantile(double share) const {
  if (latencies.empty()) return 0;
  const auto at = static_cast<size_t>(std::ceil(share * static_cast<double>(latencies.size())));
  return latencies[std::min(latencies.size() - 1, at > 0 ? at - 1 : 0)];
}

LoadResult generate_load(const LoadOptions& options) {
  SHORTLIST_CHECK(!options.bodies.empty() && options.connections > 0);
  return Generator(options).run();
}

std::string load_text(const LoadOptions& options, const LoadResult& result) {
  std::string text =
      fmt::format("{} connections, {}: {} answers in {:.2f} s, {:.0f} per second\n", options.connections,
                  options.rate > 0 ? fmt::format("{:.0f} requests per second due", options.rate)
                                   : "each sent when the one before is answered",
                  result.answered(), result.seconds,
                  static_cast<double>(result.answered()) / std::max(1e-9, result.seconds));
  for (const auto& [name, share] :
       {std::pair("p50", .5), {"p90", .9}, {"p99", .99}, {"p99.9", .999}, {"max", 1.}})
    text += fmt::format("{:>6} {:9.3f} ms\n", name, 1e3 * result.quantile(share));
  for (const auto& [status, count] : result.others)
    text += status == 0 ? fmt::format("{} connections ended\n", count)
                        : fmt::format("{} answers {}\n", count, status);
  if (result.unanswered > 0) text += fmt::format("{} requests unanswered\n", result.unanswered);
  return text;
}

}  // namespace shortlist
