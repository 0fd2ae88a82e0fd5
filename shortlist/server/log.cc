#include "shortlist/server/log.h"

#include <fmt/chrono.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include "shortlist/features/utf8.h"

namespace shortlist {
namespace {

// Ranges that could hide text, change its direction or end a line: controls, direction marks, zero-width
// spaces, tags (Unicode categories Cc, Cf, Zl and Zp).
constexpr std::pair<uint32_t, uint32_t> kUnseen[] = {
    {0x00, 0x1f},     {0x7f, 0x9f},       {0xad, 0xad},      {0x600, 0x605},   {0x61c, 0x61c},
    {0x180e, 0x180e}, {0x200b, 0x200f},   {0x2028, 0x202e},  {0x2060, 0x206f}, {0xfeff, 0xfeff},
    {0xfff9, 0xfffb}, {0x1bca0, 0x1bca3}, {0xe0000, 0xe007f}};

bool is_unseen(uint32_t code_point) {
  return std::ranges::any_of(
      kUnseen, [=](const auto& range) { return code_point >= range.first && code_point <= range.second; });
}

// Decodes the valid UTF-8 of one code point.
uint32_t decode(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  uint32_t code_point = bytes.size() == 1 ? first : first & (0x7fu >> bytes.size());
  for (char c : bytes.substr(1)) code_point = code_point << 6 | (static_cast<unsigned char>(c) & 0x3f);
  return code_point;
}

// Escapes text for quotes: invalid UTF-8 bytes as \xff, invisible characters as
// , \x1b or \u{202e}.
void append_escaped(std::string& to, std::string_view text) {
  while (!text.empty()) {
    const size_t size = code_point_size(text);
    const std::string_view bytes = text.substr(0, std::max<size_t>(size, 1));
    const uint32_t code_point = size > 0 ? decode(bytes) : 0;
    if (size == 0 || code_point < 0x20 || code_point == 0x7f) {
      fmt::format_to(std::back_inserter(to), "\\x{:02x}", static_cast<unsigned char>(bytes[0]));
    } else if (is_unseen(code_point)) {
      fmt::format_to(std::back_inserter(to), "\\u{{{:x}}}", code_point);
    } else {
      if (bytes == "\"" || bytes == "\\") to += '\\';
      to += bytes;
    }
    text.remove_prefix(bytes.size());
  }
}

void append_value(std::string& line, std::string_view text) {
  std::string escaped;
  append_escaped(escaped, text);
  const bool bare = !text.empty() && escaped == text && text.find_first_of(" =\"\\") == text.npos;
  line += bare ? escaped : '"' + escaped + '"';
}

}  // namespace

std::string log_value(std::string_view text) {
  std::string value;
  append_value(value, text);
  return value;
}

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
  // A single write, so that lines of several threads are not interleaved. A closed log must not end the
  // server.
  [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace shortlist
