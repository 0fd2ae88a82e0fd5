// Count, mean, deviation and range of numbers. Exact, so the result does not depend on order or partition.
#pragma once

#include <array>
#include <cstdint>

namespace shortlist {

// A sum of doubles as one long fixed-point number (Kulisch accumulator). Only value() rounds.
class ExactSum {
 public:
  // Requires a finite number.
  void add(double x);
  // Adds the exact product a * b, at most 1e300, `count` times. A product below 1e-250 counts as 0.
  void add_product(double a, double b, uint32_t count = 1);
  void add_times(double x, uint32_t count);
  void merge(const ExactSum& other);
  // The sum as a double, within one unit in the last place. Depends only on the exact sum.
  double value();

 private:
  // Digit i has weight 2^(32 i - 1088). Digits may be outside [0, 2^32) until carry().
  static constexpr int kDigits = 68;
  void carry();
  std::array<int64_t, kDigits> digits_{};
  int64_t room_ = int64_t{1} << 30;  // additions left before digits must carry
};

class Moments {
 public:
  // Adds x `count` times. Requires |x| <= 1e100.
  void add(double x, uint32_t count = 1);
  void merge(const Moments& other);

  int64_t count() const { return count_; }
  double least() const { return least_; }  // 0 of no numbers
  double most() const { return most_; }
  double mean() const;       // 0 of no numbers
  double deviation() const;  // of the population; 0 of no numbers

 private:
  int64_t count_ = 0;
  double least_ = 0, most_ = 0;
  ExactSum sum_, squares_;
};

}  // namespace shortlist
