// What the terminal is, and a line on it that shows how far a long job is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "shortlist/table/table.h"

namespace shortlist {

// Whether standard error is a terminal that can redraw a line.
bool words_go_to_a_terminal();

// A line on standard error, redrawn at most ten times a second. Silent where there is no terminal.
class ProgressLine {
 public:
  explicit ProgressLine(bool enabled = true);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Whether it is time to draw again; make the text only then.
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
// "1,234,567"
std::string count_text(uint64_t count);

// Rows done of all, with rate and time left, on a ProgressLine.
class RowProgress {
 public:
  // `rows` 0: not known. `quiet` shows nothing.
  RowProgress(std::string what, uint64_t rows, bool quiet);
  // Counts the table's rows where there is a line to show them on, since that may read a file through.
  RowProgress(std::string what, const Table& table, bool quiet);
  void show(uint64_t done);
  // Says how many rows took how long, unless quiet.
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
