// Checks of columns without information, and of columns that give the answer away.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "shortlist/features/history.h"
#include "shortlist/init/telling_columns.h"
#include "shortlist/jobs/doctor_checks.h"
#include "shortlist/metrics/class_metrics.h"
#include "shortlist/metrics/rank_correlation.h"
#include "shortlist/report/findings_text.h"

namespace shortlist {
namespace {

constexpr double kNearlyAllMissing = 0.95;
constexpr double kLeak = 0.98;  // determined share beyond chance, or agreement of orders
constexpr size_t kMostSampled = 50'000;

std::vector<uint32_t> codes_at(const CodedColumn& column, const std::vector<uint32_t>& rows) {
  std::vector<uint32_t> codes;
  codes.reserve(rows.size());
  for (uint32_t row : rows) codes.push_back(column.codes[row]);
  return codes;
}

// Evenly spaced rows.
std::vector<uint32_t> sample_of(const std::vector<uint32_t>& rows) {
  if (rows.size() <= kMostSampled) return rows;
  std::vector<uint32_t> sample;
  for (size_t i = 0; i < kMostSampled; ++i) sample.push_back(rows[i * rows.size() / kMostSampled]);
  return sample;
}

// The probability that two rows have the same value.
double chance_of(const std::vector<uint32_t>& values) {
  std::vector<size_t> counts;
  for (uint32_t value : values) {
    if (value >= counts.size()) counts.resize(size_t{value} + 1);
    ++counts[value];
  }
  double chance = 0;
  for (size_t count : counts) chance += std::pow(share_of(count, values.size()), 2);
  return chance;
}

// How far `keys` determine `values`: the share of rows whose key occurs with one value only, among the rows
// of repeated keys, beyond what chance gives. 1: entirely, 0: not at all.
double determined(const std::vector<uint32_t>& keys, const std::vector<uint32_t>& values) {
  const double chance = chance_of(values);
  if (chance >= 1) return 0;
  return (telling_share(keys, values) - chance) / (1 - chance);
}

// The columns of the towers' features, each once. A history has none.
std::vector<std::string> feature_columns(const Config& config) {
  std::vector<std::string> columns;
  for (const auto* names : {&config.query.features, &config.items.features}) {
    for (const std::string& name : *names) {
      const FeatureConfig& feature = config.feature(name);
      if (history_of(*feature.settings) != nullptr) continue;
      for (const ColumnRequest& column : columns_of(feature))
        if (std::ranges::find(columns, column.name) == columns.end()) columns.push_back(column.name);
    }
  }
  return columns;
}

// The number of a value, or NaN if it is none.
double number_of(const CodedColumn& column, uint32_t code) {
  if (column.values.is_missing(code)) return NAN;
  switch (column.values.type) {
    case ColumnType::integer:
      return static_cast<double>(column.values.integers[code]);
    case ColumnType::number:
    case ColumnType::time:
      return column.values.numbers[code];
    case ColumnType::text: {
      const std::string text = column.text(code);
      char* end = nullptr;
      const double number = std::strtod(text.c_str(), &end);
      return text.empty() || *end != '\0' ? NAN : number;
    }
    case ColumnType::list:
      return NAN;
  }
  return NAN;
}

// The rows in which both columns have numbers.
struct Numbers {
  std::vector<double> x, y;
};
Numbers numbers_of(const CodedColumn& x, const CodedColumn& y, const std::vector<uint32_t>& rows) {
  Numbers numbers;
  for (uint32_t row : rows) {
    const double a = number_of(x, x.codes[row]), b = number_of(y, y.codes[row]);
    if (!std::isfinite(a) || !std::isfinite(b)) continue;
    numbers.x.push_back(a);
    numbers.y.push_back(b);
  }
  return numbers;
}

// How well a column's order predicts the label's: for labels of 0 and 1 by the AUC, else by the agreement of
// the orders.
struct Order {
  double figure = 0;
  std::string text;
  bool leaks = false;
};
Order order_of(const Numbers& numbers) {
  std::vector<float> x(numbers.x.begin(), numbers.x.end()), y(numbers.y.begin(), numbers.y.end());
  if (is_binary(y)) {
    const std::optional<double> area = auc({x, y, {}});
    if (!area) return {};
    const double best = std::max(*area, 1 - *area);
    return {best, fmt::format("its order alone has an AUC of {:.3f}", best), best >= 0.5 + kLeak / 2};
  }
  const double agreement = order_agreement(numbers.x, numbers.y);
  return {std::abs(agreement), fmt::format("the agreement of their orders is {:.3f}", agreement),
          std::abs(agreement) >= kLeak};
}

void check_leak(const Examined& data, const CodedColumn& label, const std::string& column,
                Findings& findings) {
  const CodedColumn& feature = data.columns.find(column);
  const std::vector<uint32_t> rows = sample_of(data.split.train);
  const double share = determined(codes_at(feature, rows), codes_at(label, rows));
  const Numbers numbers = numbers_of(feature, label, rows);
  const Order order = numbers.x.size() >= rows.size() / 2 && rows.size() >= 20 ? order_of(numbers) : Order();
  if (share < kLeak && !order.leaks && column != label.name) return;
  const std::string how = column == label.name ? "it is the label itself"
                          : order.leaks        ? order.text
                                               : "each repeated value of it has only one value of the label";
  findings.push_back(
      {"label_leak",
       true,
       fmt::format("The feature column '{}' nearly gives the label '{}' away: {}.", column, label.name, how),
       "A model that reads the answer looks perfect here, and fails where the answer is not known yet.",
       fmt::format("Remove the features of '{}' from [query] and [items], unless it is known before '{}' "
                   "is.",
                   column, label.name),
       {{"determined", share}, {"order", order.figure}}});
}

void check_constant_label(const CodedColumn& label, const std::vector<uint32_t>& rows, const char* part,
                          Findings& findings) {
  const std::vector<uint32_t> codes = codes_at(label, rows);
  const auto is_missing = [&](uint32_t code) { return label.values.is_missing(code); };
  const auto first = std::ranges::find_if_not(codes, is_missing);
  if (first == codes.end()) return;
  if (!std::ranges::all_of(codes, [&](uint32_t code) { return is_missing(code) || code == *first; })) return;
  findings.push_back(
      {"constant_label",
       true,
       fmt::format("The label '{}' is {} in each of the {} {} rows that have one.", label.name,
                   label.text(*first),
                   count_of(static_cast<size_t>(
                       std::ranges::count_if(codes, [&](uint32_t code) { return !is_missing(code); }))),
                   part),
       "Nothing can be learnt or measured about a label that never differs.",
       "Split in another way, such as [data] split = { by = \"random\" }, or leave the label out of "
       "[[ranking]].",
       {{"rows", double(rows.size())}}});
}

void check_query_feature(const Examined& data, const std::string& name, const std::vector<uint32_t>& items,
                         Findings& findings) {
  const CodedColumn& column = data.columns.find(data.config.feature(name).column);
  const std::vector<uint32_t> values = codes_at(column, data.split.train);
  const std::string& id = data.config.items.id;
  const double telling = telling_share(values, items), property = determined(items, values);
  const bool is_user = data.user != nullptr && column.name == data.user->name;
  if (telling >= kTelling) {
    findings.push_back(
        {kTellingFinding,
         true,
         fmt::format(
             "The query's '{}' alone nearly identifies the {}: {} of the training rows with a repeated value "
             "have a value that occurs with only one {}.",
             name, id, percent(telling), id),
         "The query contains the answer, so retrieval becomes a lookup and its figures say nothing.",
         fmt::format("Remove \"{}\" from [query] features, unless it is known before the item is.", name),
         {{"share", telling}}});
  } else if (property >= kTelling && !is_user) {
    findings.push_back({"query_has_item_features",
                        true,
                        fmt::format("The query's '{}' is a property of the {}: {} of the rows of repeated "
                                    "items have the item's only "
                                    "value.",
                                    name, id, percent(telling_share(items, values))),
                        "The query describes the item that is asked for. Nobody knows that before the item "
                        "is chosen, so the figures "
                        "are too good.",
                        fmt::format("Move \"{}\" from [query] features to [items] features.", name),
                        {{"share", telling_share(items, values)}}});
  }
}

}  // namespace

void check_empty_columns(const Examined& data, Findings& findings) {
  for (const std::string& name : feature_columns(data.config)) {
    const CodedColumn& column = data.columns.find(name);
    std::unordered_set<uint32_t> values;
    size_t missing = 0, rows = 0;
    for (uint32_t row : data.split.train) {
      if (row >= column.codes.size()) continue;
      const uint32_t code = column.codes[row];
      ++rows;
      if (column.values.is_missing(code))
        ++missing;
      else if (values.size() < 2)
        values.insert(code);
    }
    const double share = share_of(missing, rows);
    const bool constant = values.size() < 2 && missing == 0;
    if (!constant && share < kNearlyAllMissing) continue;
    findings.push_back(
        {constant ? "constant_column" : "missing_column",
         true,
         constant ? fmt::format("The feature column '{}' has one value in all training rows: {}.", name,
                                values.empty() ? "" : column.text(*values.begin()))
                  : fmt::format("The feature column '{}' is missing in {} of the training rows.", name,
                                percent(share)),
         "The feature carries no information. A join or a filter that went wrong looks like this, too.",
         fmt::format("Check the column, or remove its features from [query] and [items]: '{}'.", name),
         {{"missing", share}}});
  }
}

void check_telling_columns(const Examined& data, Findings& findings) {
  const std::vector<uint32_t> items = codes_at(data.item, data.split.train);
  for (const std::string& name : data.config.query.features) {
    if (history_of(*data.config.feature(name).settings) == nullptr)
      check_query_feature(data, name, items, findings);
  }
}

void check_labels(const Examined& data, Findings& findings) {
  for (const RankingConfig& ranking : data.config.ranking) {
    const CodedColumn& label = data.columns.find(ranking.label);
    for (const std::string& column : feature_columns(data.config)) check_leak(data, label, column, findings);
    check_constant_label(label, data.split.train, "training", findings);
    check_constant_label(label, data.split.validation, "validation", findings);
    check_constant_label(label, data.split.test, "test", findings);
  }
}

}  // namespace shortlist
