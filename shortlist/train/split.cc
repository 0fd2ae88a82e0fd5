#include "shortlist/train/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/base/random.h"
#include "shortlist/features/cell.h"
#include "shortlist/io/npy.h"

namespace shortlist {
namespace {

// Converts a part's size, a count or a fraction up to 1, to a number of rows.
size_t part_size(double part, size_t rows, const char* name) {
  if (!(part >= 0 && part <= double{kMostRows}))
    throw usage_error("split.{}: got {}, need a count or a share", name, part);
  return static_cast<size_t>(part <= 1 ? std::floor(part * static_cast<double>(rows) + 1e-9) : part);
}

// `what` is what the order consists of.
Split cut(const SplitConfig& config, const std::vector<uint32_t>& order, const char* what = "rows") {
  const size_t train = part_size(config.train, order.size(), "train");
  const size_t validation = part_size(config.validation, order.size(), "validation");
  const size_t test = part_size(config.test, order.size(), "test");
  if (train + validation + test > order.size()) {
    throw usage_error("split: train {} + validation {} + test {} need {} {}, but there are {}", train,
                      validation, test, train + validation + test, what, order.size());
  }
  const auto at = [&](size_t i) { return order.begin() + static_cast<std::ptrdiff_t>(i); };
  Split split;
  split.train.assign(at(0), at(train));
  split.validation.assign(at(train), at(train + validation));
  split.test.assign(at(train + validation), at(train + validation + test));
  return split;
}

// Rows without a value, and those of a part with size 0, are in no part.
Split split_by_column(const SplitConfig& config, const CodedColumn& column) {
  Split split, left_out;
  struct Part {
    std::string_view name;
    std::vector<uint32_t>* rows;
  };
  const Part parts[] = {{"train", config.train > 0 ? &split.train : &left_out.train},
                        {"validation", config.validation > 0 ? &split.validation : &left_out.train},
                        {"test", config.test > 0 ? &split.test : &left_out.train}};
  std::vector<std::vector<uint32_t>*> part_of_value(column.distinct(), &left_out.train);
  for (uint32_t code = 0; code < column.distinct(); ++code) {
    const std::string value = column.text(code);
    if (value.find_first_not_of(" \t") == std::string::npos) continue;
    const auto part = std::ranges::find(parts, value, &Part::name);
    if (part == std::end(parts)) {
      throw data_error("row {}: column '{}': got '{}', need train, validation, test or nothing",
                       column.first_row[code] + 1, column.name, value);
    }
    part_of_value[code] = part->rows;
  }
  for (size_t r = 0; r < column.codes.size(); ++r)
    part_of_value[column.codes[r]]->push_back(static_cast<uint32_t>(r));
  return split;
}

// For each user its rows, in the order of `order`, users in the order of the table; then the rows without
// one.
struct RowsOfUsers {
  std::vector<std::vector<uint32_t>> users;
  std::vector<uint32_t> none;

  RowsOfUsers(const CodedColumn& column, const std::vector<uint32_t>& order) : users(column.distinct()) {
    for (uint32_t row : order) {
      const uint32_t code = column.codes[row];
      (column.values.is_missing(code) ? none : users[code]).push_back(row);
    }
    std::erase_if(users, [](const auto& rows) { return rows.empty(); });
    std::ranges::sort(users, {}, [](const auto& rows) { return std::ranges::min(rows); });
  }
};

Split split_by_user(const SplitConfig& config, const CodedColumn& user, const std::vector<uint32_t>& order) {
  const RowsOfUsers rows(user, order);
  std::vector<uint32_t> users(rows.users.size());
  std::iota(users.begin(), users.end(), 0);
  RandomStream(static_cast<uint64_t>(config.seed), "split").shuffle(std::span(users));
  const Split parts = cut(config, users, "users");
  const auto rows_of = [&](const std::vector<uint32_t>& of_users, std::vector<uint32_t> found) {
    for (uint32_t u : of_users) found.insert(found.end(), rows.users[u].begin(), rows.users[u].end());
    std::ranges::sort(found);
    return found;
  };
  return {rows_of(parts.train, rows.none), rows_of(parts.validation, {}), rows_of(parts.test, {})};
}

// The number of a user's rows in a part: a count from 1, or a share below 1.
size_t part_of_user(double part, size_t rows) {
  return static_cast<size_t>(part < 1 ? std::round(part * static_cast<double>(rows)) : part);
}

// Marks the last rows of each user in `order`, and returns the parts in that order.
Split split_within_users(const SplitConfig& config, const CodedColumn& user,
                         const std::vector<uint32_t>& order) {
  enum class Part : uint8_t { train, validation, test };
  std::vector<Part> part(order.size());
  for (const std::vector<uint32_t>& rows : RowsOfUsers(user, order).users) {
    const size_t spare = rows.size() - 1, test = std::min(part_of_user(config.test, rows.size()), spare);
    const size_t validation = std::min(part_of_user(config.validation, rows.size()), spare - test);
    for (size_t i = 1; i <= test + validation; ++i)
      part[rows[rows.size() - i]] = i <= test ? Part::test : Part::validation;
  }
  Split split;
  for (uint32_t row : order) {
    (part[row] == Part::train  ? split.train
     : part[row] == Part::test ? split.test
                               : split.validation)
        .push_back(row);
  }
  return split;
}

double time_value(const CodedColumn& column, uint32_t code, const TimeForm& form) {
  double seconds;
  if (!read_time(column.values, code, form, seconds)) {
    throw data_error("row {}: column '{}' is missing, but its time is needed", column.first_row[code] + 1,
                     column.name);
  }
  return seconds;
}

std::vector<uint32_t> given_rows(const std::string& path, size_t rows) {
  std::vector<uint32_t> order;
  std::vector<bool> seen(rows);
  for (int64_t row : read_npy_integers(path)) {
    if (row < 0 || static_cast<size_t>(row) >= rows)
      throw data_error("{}: row {} of a table of {} rows", path, row, rows);
    if (seen[static_cast<size_t>(row)]) throw data_error("{}: row {} is listed twice", path, row);
    seen[static_cast<size_t>(row)] = true;
    order.push_back(static_cast<uint32_t>(row));
  }
  return order;
}

}  // namespace

std::vector<uint32_t> Split::rows(std::string_view name) const {
  if (name == "train") return train;
  if (name == "validation") return validation;
  if (name == "test") return test;
  if (name != "all") throw usage_error("split: got '{}', need train, validation, test or all", name);
  std::vector<uint32_t> all = train;
  all.insert(all.end(), validation.begin(), validation.end());
  all.insert(all.end(), test.begin(), test.end());
  return all;
}

std::vector<double> times_of_values(const TimeForm& declared, const CodedColumn& column) try {
  const TimeForm form = find_time_form(column.values, declared);
  std::vector<double> times;
  for (uint32_t code = 0; code < column.distinct(); ++code) times.push_back(time_value(column, code, form));
  return times;
} catch (const RowError& error) {
  throw error.in_column(column.name).at_row(column.first_row[error.row()]);
}

Split make_split(const SplitConfig& config, size_t rows, const SplitColumns& columns) {
  check_row_count(rows);
  if (config.by == SplitBy::column) return split_by_column(config, *columns.column);
  if (config.by == SplitBy::rows) return cut(config, given_rows(config.rows, rows));
  std::vector<uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0);
  if (config.by == SplitBy::user) return split_by_user(config, *columns.user, order);
  if (config.by == SplitBy::random || config.by == SplitBy::stratified) {
    RandomStream(static_cast<uint64_t>(config.seed), "split").shuffle(std::span(order));
  } else if (columns.column != nullptr) {
    const std::vector<double> times = times_of_values({config.unit, config.format}, *columns.column);
    std::ranges::stable_sort(order, {}, [&](uint32_t row) { return times[columns.column->codes[row]]; });
  }
  return config.within_users() ? split_within_users(config, *columns.user, order) : cut(config, order);
}

}  // namespace shortlist
