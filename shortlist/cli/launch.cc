// Starts the ranks of a command on this machine.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "shortlist/cli/commands.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/words.h"
#include "shortlist/ranks/local_ranks.h"
#include "shortlist/trials/children.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

using Arguments = std::vector<std::string>;

bool has_flag(const Arguments& arguments, const std::string& flag) {
  return std::ranges::any_of(arguments, [&](const std::string& argument) {
    return argument == flag || argument.starts_with(flag + "=");
  });
}

// Each rank has an equal share of the processors if the command does not say how many threads it uses.
void add_threads(Arguments& arguments, int ranks, int threads) {
  const bool takes_threads =
      arguments[0] == "train" || arguments[0] == "evaluate" || arguments[0] == "recommend";
  if (!takes_threads || has_flag(arguments, "--threads")) return;
  const int processors = static_cast<int>(std::thread::hardware_concurrency());
  arguments.push_back("--threads");
  arguments.push_back(std::to_string(threads > 0 ? threads : std::max(1, processors / ranks)));
}

// The folder of a training: --out, or runs/NAME for NAME.toml.
fs::path folder_of(const Arguments& arguments) {
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "--out" && i + 1 < arguments.size()) return arguments[i + 1];
    if (arguments[i].starts_with("--out=")) return arguments[i].substr(6);
  }
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i].ends_with(".toml")) return fs::path("runs") / fs::path(arguments[i]).stem();
  }
  return {};
}

// Whether the folder has a checkpoint that was written since then. Older ones are of a run that --overwrite
// replaces.
bool has_checkpoint_since(const fs::path& folder, fs::file_time_type start) {
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().parent_path().filename() == "checkpoints" && at->last_write_time(error) >= start)
      return true;
  }
  return false;
}

// The command that goes on where a lost one was.
Arguments continued(Arguments arguments, fs::file_time_type start) {
  if (arguments[0] != "train" || has_flag(arguments, "--resume") ||
      !has_checkpoint_since(folder_of(arguments), start))
    return arguments;
  std::erase(arguments, "--overwrite");
  arguments.emplace_back("--resume");
  return arguments;
}

// Another start would end the same way.
bool is_final(int code) {
  return code == static_cast<int>(ErrorKind::usage) || code == static_cast<int>(ErrorKind::data) ||
         code == static_cast<int>(ErrorKind::interrupted) || code == kCheckFailedCode;
}

// Whether the reader of standard output has gone, as with `| head`. No start can do better.
bool has_no_reader() {
  pollfd out = {STDOUT_FILENO, 0, 0};
  return poll(&out, 1, 0) > 0 && (out.revents & (POLLERR | POLLNVAL)) != 0;
}

std::string end_text(int code) {
  return code > 128 ? fmt::format("was ended by signal {}", code - 128)
                    : fmt::format("ended with code {}", code);
}

}  // namespace

void run(const LaunchCommand& command) {
  Arguments arguments = command.arguments;
  add_threads(arguments, command.ranks, command.threads);
  const std::atomic<bool>& stop = stop_on_signals();
  const auto start = fs::file_time_type::clock::now();
  for (int attempt = 0;; ++attempt) {
    const LocalRanksEnd end =
        run_local_ranks({.program = this_program(),
                         .arguments = attempt == 0 ? arguments : continued(arguments, start),
                         .ranks = command.ranks,
                         .attempt = attempt},
                        stop);
    if (end.rank < 0) return;
    if (stop) throw Error(ErrorKind::interrupted, "stopped all ranks");
    const std::string what = fmt::format("rank {} {}", end.rank, end_text(end.code));
    if (is_final(end.code)) throw Error(static_cast<ErrorKind>(end.code), what);
    if (has_no_reader()) throw failed("{}: nobody reads standard output", what);
    if (attempt == command.restarts)
      throw failed("{}; gave up after {} {}", what, attempt + 1, attempt == 0 ? "start" : "starts");
    say("shortlist: {}; starting all ranks again, {} of {}", what, attempt + 1, command.restarts);
  }
}

}  // namespace shortlist
