// Runs another program and waits for it.
#pragma once

#include <string>
#include <vector>

namespace shortlist {

struct CommandEnd {
  int code = 0;         // exit code, or 128 + the signal that ended it
  bool killed = false;  // it took longer than the given time
  std::string message;  // the last lines that it wrote to standard error, without blanks at the end
};

// Runs the program words[0], which is looked for in PATH, with the other words as its arguments. No shell
// reads the words. Its standard input and output are /dev/null. After `seconds` it is killed. Throws
// Error(failed) if it cannot be started, for example because it is not installed.
CommandEnd run_command(const std::vector<std::string>& words, double seconds);

}  // namespace shortlist
