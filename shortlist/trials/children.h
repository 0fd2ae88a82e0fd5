// Runs child processes of a program, some at a time, and measures each: its time and its peak memory.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace shortlist {

struct ChildJob {
  std::vector<std::string> arguments;  // without the program's name
  std::string log;                     // the file that gets its standard error
  // Called with each line of its standard output. If it returns false, the child is asked to end (SIGTERM).
  std::function<bool(std::string_view line)> line = [](std::string_view) { return true; };
};

struct ChildEnd {
  int code = 0;      // exit code, or 128 + the signal that ended it
  bool cut = false;  // its `line` returned false
  double seconds = 0, cpu_seconds = 0;
  size_t peak_bytes = 0;  // of resident memory
  std::string message;    // the last line of the log that is not blank, without "shortlist: "
};

// Runs `count` children, at most `parallel` at a time, started in order. `make(i)` is called when child i
// starts and `ended(i, end)` when it has ended, both on the calling thread. Once `stop` is set, the running
// children are asked to end and no other is started. Children also end if this process is killed. Throws
// Error(failed) if a process cannot be started.
void run_children(const std::string& program, size_t count, size_t parallel,
                  const std::function<ChildJob(size_t)>& make,
                  const std::function<void(size_t, const ChildEnd&)>& ended, const std::atomic<bool>& stop);

// The path of the running program.
std::string this_program();

}  // namespace shortlist
