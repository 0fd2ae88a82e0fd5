#include "shortlist/table/column_statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_set>

#include "shortlist/base/random.h"
#include "shortlist/table/text_value.h"
#include "shortlist/table/time_format.h"

namespace shortlist {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

size_t words_in(std::string_view text) {
  size_t words = 0;
  bool inside = false;
  for (char c : text) {
    words += !inside && !is_blank(c) ? 1 : 0;
    inside = !is_blank(c);
  }
  return words;
}

size_t characters_in(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

void DistinctSketch::add(uint64_t hash) {
  hash = mix64(hash);
  const size_t place = hash >> (64 - kBits);
  const auto zeros = static_cast<uint8_t>(std::countl_zero(hash << kBits | uint64_t{1} << (kBits - 1)) + 1);
  registers_[place] = std::max(registers_[place], zeros);
}

uint64_t DistinctSketch::estimate() const {
  const double m = static_cast<double>(registers_.size());
  double sum = 0;
  for (uint8_t r : registers_) sum += std::ldexp(1.0, -r);
  const double raw = 0.7213 / (1 + 1.079 / m) * m * m / sum;
  const auto empty = static_cast<double>(std::ranges::count(registers_, 0));
  return static_cast<uint64_t>(std::llround(raw < 2.5 * m && empty > 0 ? m * std::log(m / empty) : raw));
}

void ColumnStatistics::Range::add(double x, uint64_t times) {
  if (!std::isfinite(x)) return;
  least = count == 0 ? x : std::min(least, x);
  most = count == 0 ? x : std::max(most, x);
  sum += x * static_cast<double>(times);
  count += times;
}

void ColumnStatistics::add(const Column& column, size_t row, uint64_t count) {
  rows_ += count;
  if (column.is_missing(row)) {
    missing_ += count;
    return;
  }
  switch (column.type) {
    case ColumnType::text:
      return add_text(column.texts[row], count);
    case ColumnType::integer:
      integers_ += count;
      return add_number(static_cast<double>(column.integers[row]), count);
    case ColumnType::number:
      integers_ += std::trunc(column.numbers[row]) == column.numbers[row] ? count : 0;
      return add_number(column.numbers[row], count);
    case ColumnType::time:
      times_ += count;
      return time_range_.add(column.numbers[row], count);
    case ColumnType::list:
      return add_list(column.offsets[row + 1] - column.offsets[row], count);
  }
}

void ColumnStatistics::add_number(double number, uint64_t count) {
  numbers_ += count;
  number_range_.add(number, count);
}

void ColumnStatistics::add_list(uint64_t elements, uint64_t count) {
  lists_ += count;
  bracketed_ += count;
  elements_ += static_cast<double>(elements * count);
  shortest_ = std::min(shortest_, elements);
  longest_ = std::max(longest_, elements);
}

void ColumnStatistics::add_text(std::string_view text, uint64_t count) {
  const std::string_view trimmed = trim_blanks(text);
  texts_ += count;
  characters_ += static_cast<double>(characters_in(text) * count);
  words_ += static_cast<double>(words_in(text) * count);
  if (trimmed.empty()) {
    blank_ += count;
    return;
  }
  if (means_missing(trimmed)) words_for_missing_[std::string(trimmed)] += count;
  double value = 0;
  if (!plain_integer(text).empty()) {
    integers_ += count;
    parse_number(text, value);
    add_number(value, count);
  } else if (looks_like_number(text, value)) {
    add_number(value, count);
  } else if (parse_iso_time(text, value)) {
    times_ += count;
    time_range_.add(value, count);
  } else if (parse_truth_word(text, value)) {
    truths_ += count;
    truth_range_.add(value, count);
  } else if (trimmed.front() == '[' && trimmed.back() == ']') {
    bracketed_ += count;
  }
}

void ColumnStatistics::write(ColumnSummary& s) const {
  s.rows = rows_, s.missing = missing_, s.blank = blank_;
  s.integers = integers_, s.numbers = numbers_, s.times = times_, s.truths = truths_,
  s.bracketed = bracketed_;
  const uint64_t present = s.present();
  s.type = lists_ > 0                            ? ColumnType::list
           : present > 0 && integers_ == present ? ColumnType::integer
           : present > 0 && numbers_ == present  ? ColumnType::number
           : present > 0 && times_ == present    ? ColumnType::time
                                                 : ColumnType::text;
  const Range& range = s.type == ColumnType::time ? time_range_ : s.is_truth() ? truth_range_ : number_range_;
  const bool ranged = s.type != ColumnType::list && (s.type != ColumnType::text || s.is_truth());
  if (ranged && range.count > 0) {
    s.min = range.least, s.max = range.most;
    s.mean = range.sum / static_cast<double>(range.count);
  }
  if (s.type == ColumnType::text && texts_ > 0) {
    s.average_length = characters_ / static_cast<double>(texts_);
    s.average_words = words_ / static_cast<double>(texts_);
  }
  if (lists_ > 0) {
    s.average_length = elements_ / static_cast<double>(lists_);
    s.shortest = shortest_, s.longest = longest_;
  }
  s.words_for_missing.assign(words_for_missing_.begin(), words_for_missing_.end());
  std::ranges::sort(s.words_for_missing);
}

std::string find_separator(const std::vector<std::string_view>& values) {
  constexpr size_t kMostValues = 10'000;
  constexpr double kLeastShare = 0.3;
  constexpr size_t kLeastRepeats = 2;
  std::vector<std::pair<uint64_t, std::string_view>> chosen;
  for (std::string_view value : values)
    chosen.emplace_back(mix64(std::hash<std::string_view>()(value)), value);
  const size_t most = std::min(kMostValues, chosen.size());
  std::ranges::partial_sort(chosen, chosen.begin() + static_cast<std::ptrdiff_t>(most));
  chosen.resize(most);
  for (const char separator : {'|', ';', ','}) {
    size_t holding = 0, parts = 0;
    std::unordered_set<std::string_view> different;
    for (const auto& [hash, value] : chosen) {
      holding += value.find(separator) != value.npos ? 1 : 0;
      for (size_t begin = 0; begin <= value.size();) {
        const size_t end = std::min(value.find(separator, begin), value.size());
        different.insert(trim_blanks(value.substr(begin, end - begin)));
        ++parts;
        begin = end + 1;
      }
    }
    const bool often = static_cast<double>(holding) >= kLeastShare * static_cast<double>(chosen.size());
    if (holding > 0 && often && parts >= kLeastRepeats * different.size()) return {separator};
  }
  return "";
}

}  // namespace shortlist
