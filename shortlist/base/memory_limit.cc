#include "shortlist/base/memory_limit.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>

#include "shortlist/base/error.h"

namespace shortlist {

size_t parse_bytes(const std::string& text, const char* option) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(rest, static_cast<size_t>(end - rest));
  double factor = 1;
  if (unit == "K" || unit == "k") factor = 1024;
  if (unit == "M" || unit == "m") factor = 1024.0 * 1024;
  if (unit == "G" || unit == "g") factor = 1024.0 * 1024 * 1024;
  const bool known = unit.empty() || factor != 1;
  const double bytes = number * factor;
  if (error != std::errc() || !known || !(bytes >= 1 && bytes < 1e18))
    throw usage_error("{}: got '{}', need a size such as 4G or 300M", option, text);
  return static_cast<size_t>(bytes);
}

std::string binary_bytes_text(size_t bytes) {
  constexpr double kMega = 1024.0 * 1024;
  const auto size = static_cast<double>(bytes);
  if (size >= 1024 * kMega) return fmt::format("{:.1f}G", size / (1024 * kMega));
  return fmt::format("{:.0f}M", size / kMega);
}

size_t private_memory() {
  std::ifstream file("/proc/self/status");
  std::string name;
  size_t kilobytes = 0;
  while (file >> name) {
    if (name == "VmData:" && file >> kilobytes) return kilobytes * 1024;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

size_t private_memory_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  return limit.rlim_cur;
}

MemoryLimit::MemoryLimit(size_t bytes) {
  const size_t now = private_memory();
  if (now >= bytes)
    throw usage_error("--max-memory: got {}, but the program has {} already", binary_bytes_text(bytes),
                      binary_bytes_text(now));
  rlimit limit{};
  if (getrlimit(RLIMIT_DATA, &limit) != 0) throw failed("cannot read the limit of memory");
  before_ = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? bytes : std::min<rlim_t>(bytes, limit.rlim_max);
  if (setrlimit(RLIMIT_DATA, &limit) != 0)
    throw failed("cannot limit memory to {}: {}", binary_bytes_text(bytes), std::strerror(errno));
}

MemoryLimit::~MemoryLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_DATA, &limit) != 0) return;
  limit.rlim_cur = before_;
  setrlimit(RLIMIT_DATA, &limit);
}

}  // namespace shortlist
