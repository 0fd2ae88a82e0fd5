#include "shortlist/ranks/local_ranks.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "shortlist/base/error.h"
#include "shortlist/ranks/rank_spec.h"
#include "shortlist/ranks/tcp.h"

namespace shortlist {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kListening = 3;  // the listening socket's number in rank 0
constexpr std::chrono::seconds kPatience{
    15};  // for the others after one has failed: more than their own time-out
constexpr std::chrono::milliseconds kLook{20};

// Known to the ranks of one start only.
std::string new_job() {
  unsigned char bytes[16];
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) throw failed("cannot get random bytes");
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

// What exec() needs, made before fork().
struct Start {
  Start(const LocalRanks& job, int rank, const std::string& meet, const std::string& token) {
    texts = {job.program};
    texts.insert(texts.end(), job.arguments.begin(), job.arguments.end());
    const size_t words = texts.size();
    Environment variables = own_environment();
    variables["SHORTLIST_RANK"] = std::to_string(rank);
    variables["SHORTLIST_RANKS"] = std::to_string(job.ranks);
    variables["SHORTLIST_MEET"] = meet;
    variables["SHORTLIST_JOB"] = token;
    variables["SHORTLIST_ATTEMPT"] = std::to_string(job.attempt);
    variables.insert_or_assign("SHORTLIST_LIFE_LINE", std::string("1"));
    variables.erase("SHORTLIST_MEET_FD");
    if (rank == 0) variables["SHORTLIST_MEET_FD"] = std::to_string(kListening);
    for (const auto& [name, value] : variables) texts.push_back(fmt::format("{}={}", name, value));
    for (size_t i = 0; i < texts.size(); ++i)
      (i < words ? arguments : environment).push_back(texts[i].data());
    arguments.push_back(nullptr);
    environment.push_back(nullptr);
  }
  Start(const Start&) = delete;

  std::vector<std::string> texts;
  std::vector<char*> arguments, environment;
};

// A pipe whose end of writing this process holds as long as it lives: the ranks' life line.
struct Line {
  Line() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw failed("cannot make a pipe: {}", std::strerror(errno));
    reading = TcpSocket(ends[0]);
    writing = TcpSocket(ends[1]);
  }
  TcpSocket reading, writing;
};

// Only calls that are safe between fork and exec.
[[noreturn]] void become(const Start& start, int input, int listening, pid_t parent) {
  setpgid(0, 0);  // Ctrl-C reaches the process that started this one, which passes it on
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  dup2(input, STDIN_FILENO);
  if (listening == kListening) fcntl(listening, F_SETFD, 0);
  if (listening >= 0 && listening != kListening) dup2(listening, kListening);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(signal, SIG_DFL);
  execve(start.arguments[0], start.arguments.data(), start.environment.data());
  _exit(127);
}

class Processes {
 public:
  explicit Processes(const LocalRanks& job) {
    const TcpSocket listening = tcp_listen_locally();
    const std::string meet = fmt::format("127.0.0.1:{}", listening.own_port()), token = new_job();
    for (int rank = 0; rank < job.ranks; ++rank) {
      const Start start(job, rank, meet, token);
      const pid_t parent = getpid(), id = fork();
      if (id == 0) become(start, line_.reading.file(), rank == 0 ? listening.file() : -1, parent);
      if (id < 0) throw failed("cannot start rank {}: {}", rank, std::strerror(errno));
      ids_.push_back(id);
    }
  }
  Processes(const Processes&) = delete;
  ~Processes() {
    tell(SIGKILL);
    while (running() > 0) look();
  }

  size_t running() const { return ids_.size() - ended_; }
  const LocalRanksEnd& end() const { return end_; }

  void tell(int signal) const {
    for (const pid_t id : ids_) {
      if (id > 0) kill(id, signal);
    }
  }

  // Sees which have ended, and waits a little.
  void look() {
    for (size_t rank = 0; rank < ids_.size(); ++rank) {
      int status = 0;
      if (ids_[rank] <= 0 || waitpid(ids_[rank], &status, WNOHANG) != ids_[rank]) continue;
      ids_[rank] = 0;
      ++ended_;
      const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      if (code != 0 && end_.rank < 0) end_ = {static_cast<int>(rank), code};
    }
    if (running() > 0) std::this_thread::sleep_for(kLook);
  }

 private:
  Line line_;
  std::vector<pid_t> ids_;  // 0 once it has ended
  size_t ended_ = 0;
  LocalRanksEnd end_;
};

}  // namespace

LocalRanksEnd run_local_ranks(const LocalRanks& job, const std::atomic<bool>& stop) {
  Processes processes(job);
  bool stopped = false, killed = false;
  Clock::time_point failed_at = Clock::time_point::max();
  while (processes.running() > 0) {
    processes.look();
    if (stop && !stopped) processes.tell(SIGINT);
    stopped = stop;
    if (processes.end().rank >= 0 && failed_at == Clock::time_point::max()) failed_at = Clock::now();
    if (!killed && failed_at != Clock::time_point::max() && Clock::now() - failed_at > kPatience) {
      processes.tell(SIGKILL);
      killed = true;
    }
  }
  return processes.end();
}

}  // namespace shortlist
