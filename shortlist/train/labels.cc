#include "shortlist/train/labels.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "shortlist/base/error.h"
#include "shortlist/features/cell.h"
#include "shortlist/table/text_value.h"

namespace shortlist {
namespace {

// Whether all the column's words are yes and no, t and f, or the like, which are read as 1 and 0.
bool holds_truth_words(const Column& values) {
  double truth = 0;
  for (size_t i = 0; i < values.rows; ++i) {
    if (values.type != ColumnType::text) return false;
    if (!values.is_missing(i) && !parse_truth_word(values.texts[i], truth)) return false;
  }
  return true;
}

// NaN if the value is not a number.
double number_at(const Column& values, size_t i, bool truth) {
  double value = NAN;
  if (values.is_missing(i) || values.type == ColumnType::list) return NAN;
  if (truth) return parse_truth_word(values.texts[i], value) ? value : NAN;
  try {
    return read_number_cell(values, i, value) ? value : NAN;
  } catch (const RowError&) {
    return NAN;
  }
}

// Whether the value is missing: null, blank, or NaN if the table has typed numbers.
bool has_no_value(const Column& values, size_t i) {
  if (values.is_missing(i)) return true;
  if (values.type == ColumnType::text) return trim_blanks(values.texts[i]).empty();
  return values.type == ColumnType::number && std::isnan(values.numbers[i]);
}

// Reads a finite number from each row. `if_missing`, if given, replaces missing values.
std::vector<float> numbers_of(const CodedColumn& column, const char* use,
                              std::optional<float> if_missing = std::nullopt) {
  std::vector<float> distinct, rows;
  const bool truth = holds_truth_words(column.values);
  for (uint32_t code = 0; code < column.distinct(); ++code) {
    const bool missing = if_missing && has_no_value(column.values, code);
    const auto value = missing ? *if_missing : static_cast<float>(number_at(column.values, code, truth));
    if (!std::isfinite(value)) {
      const std::string got =
          column.values.is_missing(code) ? "nothing" : fmt::format("'{}'", column.text(code));
      throw data_error("row {}: {} column '{}': got {}, need a finite number{}", column.first_row[code] + 1,
                       use, column.name, got,
                       column.values.is_missing(code) ? "" : advice_on_number(column.text(code)));
    }
    distinct.push_back(value);
  }
  rows.reserve(column.codes.size());
  for (uint32_t code : column.codes) rows.push_back(distinct[code]);
  return rows;
}

// Appends the rows with a missing value.
void find_rows_without_value(const CodedColumn& column, std::vector<uint32_t>& rows) {
  std::vector<bool> without(column.distinct());
  for (uint32_t code = 0; code < column.distinct(); ++code) without[code] = has_no_value(column.values, code);
  if (std::ranges::find(without, true) == without.end()) return;
  for (uint32_t row = 0; row < column.codes.size(); ++row)
    if (without[column.codes[row]]) rows.push_back(row);
}

// A number that occurs in the column; 0 if there is none.
float any_number(const CodedColumn& column) {
  const bool truth = holds_truth_words(column.values);
  for (uint32_t code = 0; code < column.distinct(); ++code) {
    const auto value = static_cast<float>(number_at(column.values, code, truth));
    if (std::isfinite(value)) return value;
  }
  return 0;
}

}  // namespace

std::vector<float> read_label(const LabelSpec& label, const CodedColumn& column,
                              std::vector<uint32_t>* unlabelled) {
  if (unlabelled != nullptr) find_rows_without_value(column, *unlabelled);
  std::vector<float> labels =
      numbers_of(column, "label", unlabelled != nullptr ? std::optional(any_number(column)) : std::nullopt);
  if (label.loss.prediction() != Prediction::probability) return labels;
  for (size_t r = 0; r < labels.size(); ++r) {
    if (labels[r] >= 0 && labels[r] <= 1) continue;
    throw data_error("row {}: label column '{}': got {}, but {} needs labels from 0 to 1", r + 1,
                     label.column, labels[r], label.loss.name());
  }
  return labels;
}

std::vector<LabelColumn> read_labels(const DataSpec& spec, const DataColumns& columns,
                                     std::vector<uint32_t>& unlabelled) {
  std::vector<LabelColumn> labels;
  for (const LabelSpec& label : spec.labels)
    labels.push_back({label.column, read_label(label, columns.find(label.column),
                                               spec.needs_labels ? nullptr : &unlabelled)});
  return labels;
}

std::vector<float> read_weights(const CodedColumn& column) {
  std::vector<float> weights = numbers_of(column, "weight");
  for (size_t r = 0; r < weights.size(); ++r) {
    if (weights[r] < 0)
      throw data_error("row {}: weight column '{}': got {}, need 0 or more", r + 1, column.name, weights[r]);
  }
  return weights;
}

void read_positives(const CodedColumn& column, Dataset& data) {
  data.positive_weights = numbers_of(column, "positives", 0.0f);
  for (size_t r = 0; r < data.rows; ++r) {
    const float weight = data.weights.empty() ? 1 : data.weights[r];
    data.positive_weights[r] = data.positive_weights[r] > 0 ? weight : 0;
  }
  double sum = 0;
  for (const uint32_t row : data.split.train) sum += data.positive_weights[row];
  if (data.split.train.empty()) return;
  if (sum == 0) throw data_error("positives column '{}': no training row has a value above 0", column.name);
  const auto scale = static_cast<float>(static_cast<double>(data.split.train.size()) / sum);
  for (float& weight : data.positive_weights) weight *= scale;
}

void leave_out_unlabelled(std::vector<uint32_t> rows, Dataset& data) {
  if (rows.empty()) return;
  std::ranges::sort(rows);
  const auto repeated = std::ranges::unique(rows);
  rows.erase(repeated.begin(), repeated.end());
  data.unlabelled = std::move(rows);
  if (data.weights.empty()) data.weights.assign(data.rows, 1);
  data.row_weights = data.weights;
  for (const uint32_t row : data.unlabelled) data.weights[row] = 0;
  const std::vector<uint32_t>& train = data.split.train;
  if (!train.empty() && std::ranges::all_of(train, [&](uint32_t row) { return data.is_unlabelled(row); }))
    throw data_error("no training row has a label");
}

std::string describe_unlabelled(const DataSpec& spec, const Dataset& data) {
  if (data.unlabelled.empty()) return "";
  std::vector<std::string> labels;
  for (const LabelSpec& label : spec.labels) labels.push_back(label.column);
  const bool one = data.unlabelled.size() == 1;
  // A row without a value is not positive.
  const char* use = spec.positives.empty()
                        ? (one ? "it is used only for retrieval" : "they are used only for retrieval")
                        : (one ? "the ranking leaves it out" : "the ranking leaves them out");
  return fmt::format("{} of {} rows {} no '{}': {}", data.unlabelled.size(), data.rows, one ? "has" : "have",
                     fmt::join(labels, "' or no '"), use);
}

std::map<std::string, LabelScale> fit_label_scales(const DataSpec& spec, const Dataset& data) {
  const std::vector<uint32_t>& train = data.split.train;
  std::vector<float> labels(train.size()), weights(data.weights.empty() ? 0 : train.size());
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = data.weights[train[i]];
  std::map<std::string, LabelScale> scales;
  for (const LabelSpec& label : spec.labels) {
    if (!label.standardized) continue;
    const std::vector<float>& values = data.label(label.column);
    for (size_t i = 0; i < train.size(); ++i) labels[i] = values[train[i]];
    scales[label.column] = fit_label_scale(labels, weights);
  }
  return scales;
}

}  // namespace shortlist
