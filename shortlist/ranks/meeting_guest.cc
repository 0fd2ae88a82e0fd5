#include "shortlist/ranks/meeting_guest.h"

#include <charconv>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

std::string take_line(std::string_view& lines) {
  const size_t end = lines.find('\n');
  if (end == lines.npos) throw failed("a hello that is cut off");
  const std::string line(lines.substr(0, end));
  lines.remove_prefix(end + 1);
  return line;
}

int take_number(std::string_view& lines) {
  const std::string line = take_line(lines);
  int number = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (error != std::errc() || end != line.data() + line.size()) throw failed("a hello without its numbers");
  return number;
}

}  // namespace

std::string MeetingGuest::name() const {
  return fmt::format("rank {} on {} (process {})", rank, host, process);
}

std::string MeetingGuest::lines() const {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n", token, attempt, ranks, host, process);
}

MeetingGuest parse_guest(int rank, const std::string& lines) {
  std::string_view left = lines;
  MeetingGuest guest{.rank = rank};
  guest.token = take_line(left);
  guest.attempt = take_number(left);
  guest.ranks = take_number(left);
  guest.host = take_line(left);
  guest.process = take_line(left);
  return guest;
}

std::string silence_text(const std::string& name, std::chrono::milliseconds silence) {
  return fmt::format("{} has been silent for {} s: it is stopped, or the network to it is down", name,
                     static_cast<double>(silence.count()) / 1e3);
}

}  // namespace shortlist
