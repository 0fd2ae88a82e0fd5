// Terminal detection, and a progress line for long jobs.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "shortlist/table/table.h"

namespace shortlist {

// Whether standard error is a terminal that can redraw a line.
bool words_go_to_a_terminal();

// A line on standard error, redrawn at most ten times per second. Prints nothing without a terminal.
class ProgressLine {
 public:
  explicit ProgressLine(bool enabled = true);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Whether a redraw is due. Build the text only then.
  bool due() const;
  void draw(const std::string& text);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool enabled_, drawn_ = false;
  Clock::time_point next_;
};

// "[#####.....]"
std::string bar(double share, int width = 24);
// "3.5 s", "2 min 05 s", "1 h 02 min"
std::string duration_text(double seconds);

// Shows the rows done, with rate and time left, on a ProgressLine.
class RowProgress {
 public:
  // `rows` is 0 if unknown. `quiet` shows nothing.
  RowProgress(std::string what, uint64_t rows, bool quiet);
  // Counts the table's rows only if there is a terminal, since counting may read a whole file.
  RowProgress(std::string what, const Table& table, bool quiet);
  void show(uint64_t done);
  // Prints the number of rows and the time taken, unless quiet.
  void finish(uint64_t done, const std::string& where);

 private:
  double seconds() const;

  std::string what_;
  uint64_t rows_;
  bool quiet_;
  ProgressLine line_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace shortlist
