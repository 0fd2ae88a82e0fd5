#include "shortlist/server/log.h"

#include <fmt/chrono.h>
#include <unistd.h>

#include <chrono>

namespace shortlist {
namespace {

bool is_bare(std::string_view text) {
  constexpr std::string_view kSpecial = " \"=\\";
  for (unsigned char c : text)
    if (c <= 0x20 || c == 0x7f || kSpecial.find(static_cast<char>(c)) != kSpecial.npos) return false;
  return !text.empty();
}

void append_value(std::string& line, std::string_view text) {
  if (is_bare(text)) {
    line += text;
    return;
  }
  line += '"';
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') line += '\\';
    if (c < 0x20 || c == 0x7f)
      line += fmt::format("\\x{:02x}", c);
    else
      line += static_cast<char>(c);
  }
  line += '"';
}

}  // namespace

void log(std::string_view message,
         std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  using namespace std::chrono;
  const auto now = system_clock::now();
  const auto millis = duration_cast<milliseconds>(now.time_since_epoch()).count() % 1000;
  std::string line =
      fmt::format("time={:%Y-%m-%dT%H:%M:%S}.{:03}Z msg=", fmt::gmtime(system_clock::to_time_t(now)), millis);
  append_value(line, message);
  for (const auto& [name, value] : values) {
    line += ' ';
    line += name;
    line += '=';
    append_value(line, value);
  }
  line += '\n';
  // One write, so that lines of several threads stay whole; a closed log must not end the server.
  [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace shortlist
