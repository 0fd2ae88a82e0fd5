#include "shortlist/ranks/life_line.h"

#include <unistd.h>

#include <cerrno>
#include <mutex>

#include "shortlist/base/start_thread.h"

namespace shortlist {
namespace {

void wait_for_end_of_input() {
  char block[256];
  for (;;) {
    const ssize_t got = read(STDIN_FILENO, block, sizeof block);
    if (got == 0 || (got < 0 && errno != EINTR)) return;
  }
}

}  // namespace

struct LifeLine::State {
  std::mutex mutex;
  std::function<void()> before;
};

LifeLine::LifeLine(std::function<void()> end) : state_(std::make_shared<State>()) {
  start_thread([state = state_, end = std::move(end)] {
    wait_for_end_of_input();
    const std::lock_guard lock(state->mutex);
    if (state->before) state->before();
    end();
  }).detach();
}

void LifeLine::before_end(std::function<void()> call) {
  const std::lock_guard lock(state_->mutex);
  state_->before = std::move(call);
}

}  // namespace shortlist
