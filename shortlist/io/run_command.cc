#include "shortlist/io/run_command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "shortlist/base/error.h"

extern char** environ;

namespace shortlist {
namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kMostMessage = 2'000;  // bytes

// What the new process has instead of this one's: signals as usual, and standard error in a pipe.
class SpawnSettings {
 public:
  explicit SpawnSettings(int error) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, error, STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigemptyset(&all);
    for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) sigaddset(&all, signal);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }

  // Returns 0 or the system's error.
  int spawn(pid_t& id, const std::vector<std::string>& words) const {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    return posix_spawnp(&id, arguments.front(), &files_, &attributes_, arguments.data(), environ);
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

// Reads standard error until its end. Returns whether the time is over before. Keeps the last bytes.
bool read_until(int error, Clock::time_point end, std::string& text) {
  char block[4096];
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return true;
    pollfd file{error, POLLIN, 0};
    if (poll(&file, 1, static_cast<int>(std::min<int64_t>(left, 1'000))) <= 0) continue;
    const ssize_t got = read(error, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    text.append(block, static_cast<size_t>(got));
    if (text.size() > 2 * kMostMessage) text.erase(0, text.size() - kMostMessage);
  }
}

// Waits until the time is over, then kills the process. A program may close its standard error and go on.
bool wait_until(pid_t id, Clock::time_point end, int& status) {
  bool killed = false;
  for (;;) {
    const pid_t ended = waitpid(id, &status, killed ? 0 : WNOHANG);
    if (ended == id || (ended < 0 && errno != EINTR)) return killed;
    if (ended < 0) continue;
    if (Clock::now() >= end) {
      kill(id, SIGKILL);
      killed = true;
    } else {
      usleep(1'000);
    }
  }
}

}  // namespace

CommandEnd run_command(const std::vector<std::string>& words, double seconds) {
  SHORTLIST_CHECK(!words.empty());
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw failed("cannot make a pipe: {}", std::strerror(errno));
  const Clock::time_point end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  pid_t id = -1;
  const int error = SpawnSettings(ends[1]).spawn(id, words);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    throw failed("cannot run {}: {}", words.front(),
                 error == ENOENT ? "it is not installed, or not in PATH" : std::strerror(error));
  }
  CommandEnd result;
  const bool late = read_until(ends[0], end, result.message);
  int status = 0;
  result.killed = wait_until(id, late ? Clock::now() : end, status);
  close(ends[0]);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  while (!result.message.empty() && std::isspace(static_cast<unsigned char>(result.message.back())))
    result.message.pop_back();
  return result;
}

}  // namespace shortlist
