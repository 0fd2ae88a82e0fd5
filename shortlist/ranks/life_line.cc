#include "shortlist/ranks/life_line.h"

#include <unistd.h>

#include <cerrno>

#include "shortlist/base/start_thread.h"

namespace shortlist {

void watch_life_line(std::function<void()> ended) {
  start_thread([ended = std::move(ended)] {
    char block[256];
    for (;;) {
      const ssize_t got = read(STDIN_FILENO, block, sizeof block);
      if (got > 0 || (got < 0 && errno == EINTR)) continue;
      return ended();
    }
  }).detach();
}

}  // namespace shortlist
