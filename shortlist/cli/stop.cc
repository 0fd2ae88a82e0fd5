#include "shortlist/cli/stop.h"

#include <csignal>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

std::atomic<bool> stop = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void set_stop(int) { stop = true; }

// A closing terminal sends SIGHUP more than once, so a second one must not end the program. Under nohup,
// which ignores it, it stays ignored.
void stop_on_hangup() {
  struct sigaction action = {};
  sigaction(SIGHUP, nullptr, &action);
  if (action.sa_handler == SIG_IGN) return;
  action = {};
  action.sa_handler = set_stop;
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, nullptr);
}

}  // namespace

const std::atomic<bool>& stop_on_signals() {
  struct sigaction action = {};
  action.sa_handler = set_stop;
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  stop_on_hangup();
  return stop;
}

void throw_if_stopped() {
  if (stop) throw Error(ErrorKind::interrupted, "stopped; nothing was written");
}

void prepare_signals() {
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_DFL);
}

}  // namespace shortlist
