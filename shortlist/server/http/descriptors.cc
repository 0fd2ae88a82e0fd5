#include "shortlist/server/http/descriptors.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>

namespace shortlist {
namespace {

// Files that loading a bundle, metrics and the log may open at once, with some margin.
constexpr rlim_t kReserve = 64;
// Descriptors of each server thread: epoll, its timer, its wake-up.
constexpr rlim_t kForThread = 3;

rlim_t open_files() {
  std::error_code error;
  rlim_t count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error))
    ++count;
  return count;
}

}  // namespace

int make_descriptors_for(int connections, int threads) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return connections;
  // Two more for the listener, and for the one connection that is accepted before there is room for it.
  const rlim_t own = open_files() + kForThread * static_cast<rlim_t>(threads) + 2;
  const rlim_t wanted = own + kReserve + static_cast<rlim_t>(connections);
  if (wanted > limit.rlim_cur) {
    const rlimit raised{std::min(wanted, limit.rlim_max), limit.rlim_max};
    if (raised.rlim_cur > limit.rlim_cur && setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  if (wanted <= limit.rlim_cur) return connections;
  // If descriptors are scarce, loads and connections share them.
  const rlim_t left = limit.rlim_cur > own ? limit.rlim_cur - own : 0;
  return static_cast<int>(std::max<rlim_t>(1, left - std::min(kReserve, left / 2)));
}

}  // namespace shortlist
