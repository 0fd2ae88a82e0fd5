// Accumulates the statistics of one column for its summary.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shortlist/table/column_summary.h"

namespace shortlist {

// Estimates the number of distinct hashes added: HyperLogLog with 2^14 registers, accurate to 1 %.
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
  // Adds row `row` of the column `count` times.
  void add(const Column& column, size_t row, uint64_t count);
  // Writes everything that does not depend on which values are equal.
  void write(ColumnSummary& summary) const;

 private:
  void add_text(std::string_view text, uint64_t count);
  void add_list(uint64_t elements, uint64_t count);
  void add_number(double number, uint64_t count);

  uint64_t rows_ = 0, missing_ = 0, blank_ = 0, integers_ = 0, numbers_ = 0, times_ = 0, truths_ = 0,
           bracketed_ = 0, texts_ = 0, lists_ = 0;
  // The range of values that parse as numbers, times or booleans. The sum includes finite values only.
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

// '|', ';' or ',' if many of the values contain it and the parts recur: genres do, parts of titles do not.
// Looks at a fixed sample of the values.
std::string find_separator(const std::vector<std::string_view>& values);

}  // namespace shortlist
