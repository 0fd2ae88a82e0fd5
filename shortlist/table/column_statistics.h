// Metrics of one column for its summary, value by value.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shortlist/table/column_summary.h"

namespace shortlist {

// About how many different hashes were added: HyperLogLog with 2^14 registers, within 1 %.
class DistinctSketch {
 public:
  void add(uint64_t hash);
  uint64_t estimate() const;

 private:
  static constexpr int kBits = 14;
  std::vector<uint8_t> registers_ = std::vector<uint8_t>(size_t{1} << kBits);
};

class ColumnStatistics {
 public:
  // Adds row `row` of the column, as often as `count` says.
  void add(const Column& column, size_t row, uint64_t count);
  // Writes all that does not depend on which values are equal.
  void write(ColumnSummary& summary) const;

 private:
  void add_text(std::string_view text, uint64_t count);
  void add_list(uint64_t elements, uint64_t count);
  void add_number(double number, uint64_t count);

  uint64_t rows_ = 0, missing_ = 0, blank_ = 0, integers_ = 0, numbers_ = 0, times_ = 0, truths_ = 0,
           bracketed_ = 0, texts_ = 0, lists_ = 0;
  // Of what reads as a number, as a time and as a truth value: sums are over finite ones.
  struct Range {
    double least = 0, most = 0, sum = 0;
    uint64_t count = 0;
    void add(double x, uint64_t times);
  };
  Range number_range_, time_range_, truth_range_;
  double characters_ = 0, words_ = 0, elements_ = 0;
  uint64_t shortest_ = UINT64_MAX, longest_ = 0;
  std::unordered_map<std::string, uint64_t> words_for_missing_;
};

// '|', ';' or ',' where many of the values hold it, and what it parts comes again: a title's commas do not, a
// genre's do. Looks at a fixed choice of the values.
std::string find_separator(const std::vector<std::string_view>& values);

}  // namespace shortlist
