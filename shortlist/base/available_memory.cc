#include "shortlist/base/available_memory.h"

#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>

namespace shortlist {
namespace {

// The number that a file contains, or SIZE_MAX.
size_t number_in(const char* path) {
  std::ifstream file(path);
  size_t number = 0;
  return file >> number ? number : SIZE_MAX;
}

size_t system_available() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  size_t kilobytes = 0;
  while (file >> name >> kilobytes) {
    if (name == "MemAvailable:") return kilobytes * 1024;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return SIZE_MAX;
}

size_t left(size_t limit, size_t used) {
  if (limit == SIZE_MAX || used == SIZE_MAX) return SIZE_MAX;
  return limit > used ? limit - used : 0;
}

size_t group_left() {
  return std::min(left(number_in("/sys/fs/cgroup/memory.max"), number_in("/sys/fs/cgroup/memory.current")),
                  left(number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
                       number_in("/sys/fs/cgroup/memory/memory.usage_in_bytes")));
}

size_t address_space_left() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  const size_t pages = number_in("/proc/self/statm");
  return left(limit.rlim_cur, pages == SIZE_MAX ? pages : pages * static_cast<size_t>(sysconf(_SC_PAGESIZE)));
}

}  // namespace

size_t available_memory() { return std::min({system_available(), group_left(), address_space_left()}); }

std::string bytes_text(double bytes) {
  if (bytes >= 1e9) return fmt::format("{:.1f} GB", bytes / 1e9);
  if (bytes >= 1e6) return fmt::format("{:.0f} MB", bytes / 1e6);
  return fmt::format("{:.0f} kB", bytes / 1e3);
}

}  // namespace shortlist
