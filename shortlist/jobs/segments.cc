#include "shortlist/jobs/segments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/report/evaluation_text.h"
#include "shortlist/table/code_columns.h"

namespace shortlist {
namespace {

constexpr size_t kMostValues = 12;
constexpr double kHead = 0.5, kMiddle = 0.8;  // of the weight of the training rows

std::vector<uint32_t> rows_of_codes(const CodedColumn& column) {
  std::vector<uint32_t> rows(column.distinct());
  for (uint32_t code : column.codes) ++rows[code];
  return rows;
}

Segments by_value(const CodedColumn& column) {
  const std::vector<uint32_t> rows = rows_of_codes(column);
  std::vector<uint32_t> codes;
  for (uint32_t code = 0; code < rows.size(); ++code)
    if (!column.values.is_missing(code)) codes.push_back(code);
  std::ranges::stable_sort(codes, std::greater(), [&](uint32_t code) { return rows[code]; });
  Segments found{.by = column.name};
  for (size_t i = 0; i < std::min(codes.size(), kMostValues); ++i)
    found.names.push_back(column.text(codes[i]));
  const auto others = static_cast<uint32_t>(found.names.size());
  found.names.insert(found.names.end(), {"(other values)", "(missing)"});
  std::vector<uint32_t> of_code(rows.size(), others);
  for (uint32_t i = 0; i < others; ++i) of_code[codes[i]] = i;
  for (uint32_t code = 0; code < rows.size(); ++code)
    if (column.values.is_missing(code)) of_code[code] = others + 1;
  for (uint32_t code : column.codes) found.of_row.push_back(of_code[code]);
  return found;
}

double number_of(const Column& values, uint32_t code) {
  if (values.is_missing(code)) return std::numeric_limits<double>::quiet_NaN();
  return values.type == ColumnType::integer ? static_cast<double>(values.integers[code])
                                            : values.numbers[code];
}

bool has_numbers(const Column& values) {
  return values.type == ColumnType::integer || values.type == ColumnType::number;
}

// Four ranges of a column of numbers.
Segments by_range(const CodedColumn& column) {
  std::vector<double> numbers;
  for (uint32_t code : column.codes) {
    const double number = number_of(column.values, code);
    if (std::isfinite(number)) numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  Segments found{.by = column.name};
  std::vector<double> most;  // the highest number of each range
  for (size_t part = 1; part <= 4 && !numbers.empty(); ++part) {
    const double highest = numbers[std::max<size_t>(part * numbers.size() / 4, 1) - 1];
    if (!most.empty() && highest <= most.back()) continue;
    const double least = most.empty() ? numbers.front() : *std::ranges::upper_bound(numbers, most.back());
    found.names.push_back(fmt::format("{} to {}", metric_text(least), metric_text(highest)));
    most.push_back(highest);
  }
  found.names.push_back("(missing)");
  for (uint32_t code : column.codes) {
    const double number = number_of(column.values, code);
    const auto at = std::ranges::lower_bound(most, number);
    found.of_row.push_back(std::isfinite(number) ? static_cast<uint32_t>(at - most.begin())
                                                 : static_cast<uint32_t>(most.size()));
  }
  return found;
}

bool is_trained(const CandidateWeights& train, uint32_t item) {
  return item < train.overall.size() && train.overall[item] > 0;
}

uint32_t item_of(const Dataset& data, size_t row) {
  return data.item_of_candidate[data.candidate_of_row[row]];
}

Segments by_new_items(const Dataset& data, const CandidateWeights& train) {
  Segments found{.by = "new_items", .names = {"known items", "new items"}};
  for (size_t row = 0; row < data.rows; ++row)
    found.of_row.push_back(is_trained(train, item_of(data, row)) ? 0 : 1);
  return found;
}

Segments by_new_users(const Dataset& data) {
  if (data.user_of_row.empty()) throw usage_error("--by new_users: the model's config has no data.user");
  Segments found{.by = "new_users", .names = {"known users", "new users"}};
  for (const uint32_t user : data.user_of_row) found.of_row.push_back(data.seen.of(user).empty() ? 1 : 0);
  return found;
}

Segments by_popularity(const Dataset& data, const CandidateWeights& train) {
  std::vector<uint32_t> order(train.overall.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater(), [&](uint32_t item) { return train.overall[item]; });
  const double all = std::accumulate(train.overall.begin(), train.overall.end(), 0.0);
  std::vector<uint32_t> of_item(order.size(), 3);
  double before = 0;
  for (uint32_t item : order) {
    if (is_trained(train, item)) of_item[item] = before < kHead * all ? 0 : before < kMiddle * all ? 1 : 2;
    before += train.overall[item];
  }
  Segments found{.by = "popularity", .names = {"head", "middle", "tail", "new items"}};
  for (size_t row = 0; row < data.rows; ++row) {
    const uint32_t item = item_of(data, row);
    found.of_row.push_back(item < of_item.size() ? of_item[item] : 3);
  }
  return found;
}

}  // namespace

Segments make_segments(const std::string& by, const Table& table, const Dataset& data,
                       const CandidateWeights& train) {
  if (table.has_column(by)) {
    const CodedColumn column = std::move(code_columns(table, std::vector<std::string>{by})[0]);
    if (column.values.type == ColumnType::list)
      throw usage_error("--by {}: the column has lists, need one value for each row", by);
    return has_numbers(column.values) && column.distinct() > kMostValues ? by_range(column)
                                                                         : by_value(column);
  }
  if (by == "new_items") return by_new_items(data, train);
  if (by == "new_users") return by_new_users(data);
  if (by == "popularity") return by_popularity(data, train);
  throw usage_error("--by {}: the table has no such column, and it is not new_users, new_items or popularity",
                    by);
}

}  // namespace shortlist
