// Checks whether the split trains on what is later than the rows on which the model is tested.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "shortlist/features/time_form.h"
#include "shortlist/jobs/doctor_checks.h"
#include "shortlist/table/code_columns.h"

namespace shortlist {
namespace {

constexpr double kLater = 0.05;        // of the training rows
constexpr double kManyNewUsers = 0.3;  // of the last rows, as in init
constexpr double kLastRows = 0.1;

bool sounds_like_time(std::string name) {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::array<std::string_view, 9> kNames = {
      "time", "at", "timestamp", "date", "datetime", "ts", "event_time", "unixtime", "unix_time"};
  return std::ranges::find(kNames, name) != kNames.end() || name.ends_with("_at") ||
         name.ends_with("_time") || name.ends_with("_timestamp") || name.ends_with("_date");
}

// The column that says when a row happened: one that a time feature reads, else one whose type is a time,
// else one whose name says so. "" if there is none.
std::string find_time_column(const Examined& data) {
  const auto of_rows = [&](const std::string& name) {
    return data.table.has_column(name) &&
           std::ranges::find(data.config.items.features, name) == data.config.items.features.end();
  };
  for (const std::string& name : data.config.query.features) {
    const FeatureConfig& feature = data.config.feature(name);
    if (feature.settings->kind() == "time" && of_rows(feature.column)) return feature.column;
  }
  for (const bool by_name : {false, true}) {
    for (const ColumnInfo& column : data.table.columns()) {
      if (by_name ? sounds_like_time(column.name) : column.type == ColumnType::time)
        if (of_rows(column.name)) return column.name;
    }
  }
  return "";
}

// The time of each row, NaN if it is missing; empty if the column has values that are no times, or one only.
std::vector<double> times_of(const Examined& data, const std::string& name) try {
  const std::vector<CodedColumn> columns =
      code_columns(data.table, std::vector<ColumnRequest>{{name, ReadAs::time}});
  const TimeForm form = find_time_form(columns[0].values, data.config.declared_times(name));
  std::vector<double> of_value, times;
  for (uint32_t code = 0; code < columns[0].distinct(); ++code) {
    double seconds = NAN;
    if (!read_time(columns[0].values, code, form, seconds)) seconds = NAN;
    of_value.push_back(seconds);
  }
  if (of_value.size() < 2) return {};
  for (uint32_t code : columns[0].codes) times.push_back(of_value[code]);
  return times;
} catch (const Error&) {
  return {};  // not a column of times after all
}

std::vector<uint32_t> rows_in_order(const std::vector<uint32_t>& rows, const std::vector<double>& times) {
  std::vector<uint32_t> order;
  for (uint32_t row : rows)
    if (std::isfinite(times[row])) order.push_back(row);
  std::ranges::stable_sort(order, {}, [&](uint32_t row) { return times[row]; });
  return order;
}

// The share of the last rows whose users are not in the rows before.
double new_users_at_the_end(const Examined& data, const std::vector<double>& times) {
  if (data.user == nullptr) return 0;
  const std::vector<uint32_t> order = rows_in_order(data.split.rows("all"), times);
  const auto last = static_cast<size_t>((1 - kLastRows) * static_cast<double>(order.size()));
  std::vector<uint8_t> known(data.user->distinct());
  size_t fresh = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const uint32_t user = data.user->codes[order[i]];
    if (i < last)
      known[user] = 1;
    else
      fresh += !known[user];
  }
  return share_of(fresh, order.size() - last);
}

}  // namespace

void check_times(const Examined& data, Findings& findings) {
  const SplitBy by = data.config.data.split.by;
  if (by == SplitBy::time || by == SplitBy::last || by == SplitBy::user) return;
  const std::string column = find_time_column(data);
  if (column.empty()) return;
  const std::vector<double> times = times_of(data, column);
  if (times.size() < data.columns.rows) return;
  const std::vector<uint32_t> held = rows_in_order(data.held, times),
                              train = rows_in_order(data.split.train, times);
  if (held.empty() || train.empty()) return;
  const double middle = times[held[held.size() / 2]];
  const auto later = std::ranges::count_if(train, [&](uint32_t row) { return times[row] > middle; });
  const double share = share_of(static_cast<size_t>(later), train.size());
  if (share < kLater) return;
  const double fresh = new_users_at_the_end(data, times);
  const bool given = by == SplitBy::column || by == SplitBy::rows;
  const std::string own = fmt::format("[data] split = {{ by = \"time\", column = \"{}\" }}", column);
  findings.push_back(
      {"split_ignores_time",
       !given && fresh <= kManyNewUsers,
       fmt::format("{} of the training rows are later than half of the {} rows, by the column '{}' (split by "
                   "\"{}\").",
                   percent(share), data.held_name, column, enum_name(by)),
       "The model learns from the future of the rows that it is tested on, so the figures are better than in "
       "production.",
       fresh > kManyNewUsers
           ? fmt::format(
                 "{} would be closer to production, but {} of its last rows would have users never seen "
                 "before. by = \"last\" with the same column tests each user's last rows.",
                 own, percent(fresh))
           : own,
       {{"share", share}, {"new_users", fresh}}});
}

}  // namespace shortlist
