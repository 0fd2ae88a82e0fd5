// A rank as it introduces itself at the meeting point.
#pragma once

#include <chrono>
#include <string>

namespace shortlist {

struct MeetingGuest {
  int rank = 0;
  std::string token;
  int attempt = 0, ranks = 1;
  std::string host, process;

  // "rank 3 on node7 (process 4242)"
  std::string name() const;
  // All but the rank, a line each.
  std::string lines() const;
};
// Throws Error(failed) if the lines are not as lines() writes them.
MeetingGuest parse_guest(int rank, const std::string& lines);

// "NAME has been silent for 8 s: ..."
std::string silence_text(const std::string& name, std::chrono::milliseconds silence);

}  // namespace shortlist
