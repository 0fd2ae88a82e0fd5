#include "shortlist/trials/children.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>

#include "shortlist/base/error.h"
#include "shortlist/io/file.h"

namespace shortlist {
namespace {

using Clock = std::chrono::steady_clock;

// The value of "VmHWM:   1234 kB" in bytes; 0 if the process has ended.
size_t high_water_mark(const std::string& process) {
  const int file = open(("/proc/" + process + "/status").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char text[4096] = {};
  const ssize_t got = read(file, text, sizeof text - 1);
  close(file);
  const char* at = got > 0 ? std::strstr(text, "VmHWM:") : nullptr;
  return at == nullptr ? 0 : std::strtoull(at + 6, nullptr, 10) * 1024;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::string last_message(const std::string& log) {
  std::string text;
  try {
    text = read_file(log);
  } catch (const Error&) {
    return "";
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  // A message of several lines begins with the program's name.
  const size_t named = text.rfind("shortlist: ");
  if (named != std::string::npos && (named == 0 || text[named - 1] == '\n')) return text.substr(named + 11);
  const size_t line = text.rfind('\n');
  return line == std::string::npos ? text : text.substr(line + 1);
}

class Child {
 public:
  Child(const std::string& program, ChildJob job) : job_(std::move(job)) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw failed("cannot make a pipe: {}", std::strerror(errno));
    const int log = open(job_.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (log < 0) throw failed("cannot write {}: {}", job_.log, std::strerror(errno));
    std::vector<char*> arguments = {const_cast<char*>(program.c_str())};
    for (const std::string& argument : job_.arguments)
      arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    own_peak_ = high_water_mark("self");
    const pid_t parent = getpid();
    id_ = fork();
    if (id_ < 0) throw failed("cannot start a process: {}", std::strerror(errno));
    if (id_ == 0) become(program.c_str(), arguments.data(), ends[1], log, parent);
    close(ends[1]);
    close(log);
    out_ = ends[0];
  }
  Child(const Child&) = delete;
  ~Child() {
    if (out_ >= 0) close(out_);
  }

  int out() const { return out_; }
  void ask_to_end() {
    if (!asked_) kill(id_, SIGTERM);
    asked_ = true;
  }

  void look_at_memory() {
    // Between fork and exec the child has this process's memory.
    if (started_) peak_ = std::max(peak_, high_water_mark(std::to_string(id_)));
  }

  // Reads what there is. Returns false at the end of the output.
  bool read_some() {
    char block[65536];
    const ssize_t got = read(out_, block, sizeof block);
    if (got < 0) return errno == EINTR || errno == EAGAIN;
    if (got == 0) return false;
    started_ = true;
    text_.append(block, static_cast<size_t>(got));
    for (size_t end; (end = text_.find('\n')) != std::string::npos; text_.erase(0, end + 1)) {
      if (cut_ || job_.line(std::string_view(text_).substr(0, end))) continue;
      cut_ = true;
      ask_to_end();
    }
    return true;
  }

  ChildEnd wait() {
    int status = 0;
    rusage used{};
    while (wait4(id_, &status, 0, &used) < 0 && errno == EINTR) {
    }
    ChildEnd end{.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), .cut = cut_};
    end.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    end.cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
    // The system's figure includes the memory of this process at the fork, so it is exact only above that.
    const auto reported = static_cast<size_t>(used.ru_maxrss) * 1024;
    end.peak_bytes = reported > own_peak_ ? reported : peak_;
    if (end.code != 0) end.message = last_message(job_.log);
    return end;
  }

 private:
  // Only calls that are safe between fork and exec.
  [[noreturn]] static void become(const char* program, char** arguments, int out, int log, pid_t parent) {
    setpgid(0, 0);  // Ctrl-C reaches this process, which asks its children to end
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(127);
    const int none = open("/dev/null", O_RDONLY);
    dup2(none, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(signal, SIG_DFL);
    execv(program, arguments);
    _exit(127);
  }

  ChildJob job_;
  pid_t id_ = -1;
  int out_ = -1;
  bool asked_ = false, cut_ = false, started_ = false;
  size_t own_peak_ = 0, peak_ = 0;
  std::string text_;
  Clock::time_point start_ = Clock::now();
};

struct Running {
  size_t index;
  std::unique_ptr<Child> child;
};

}  // namespace

std::string this_program() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

void run_children(const std::string& program, size_t count, size_t parallel,
                  const std::function<ChildJob(size_t)>& make,
                  const std::function<void(size_t, const ChildEnd&)>& ended, const std::atomic<bool>& stop) {
  constexpr int kPollMs = 50;
  std::vector<Running> running;
  for (size_t next = 0; next < count || !running.empty();) {
    if (stop) {
      if (running.empty()) return;
      for (Running& one : running) one.child->ask_to_end();
    } else {
      for (; next < count && running.size() < std::max<size_t>(1, parallel); ++next)
        running.push_back({next, std::make_unique<Child>(program, make(next))});
    }
    std::vector<pollfd> files;
    for (const Running& one : running) files.push_back({one.child->out(), POLLIN, 0});
    poll(files.data(), files.size(), kPollMs);
    for (Running& one : running) one.child->look_at_memory();
    for (size_t i = files.size(); i-- > 0;) {
      if (files[i].revents == 0 || running[i].child->read_some()) continue;
      const size_t index = running[i].index;
      const ChildEnd end = running[i].child->wait();
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      ended(index, end);
    }
  }
}

}  // namespace shortlist
