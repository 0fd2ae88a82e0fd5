#include "shortlist/train/labels.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "shortlist/base/error.h"
#include "shortlist/base/take.h"
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

// What the labels of a kind of prediction need to be, for messages; "" if they may be any numbers.
std::string needed_labels(const RankingLoss& loss) {
  switch (loss.prediction()) {
    case Prediction::label:
      break;
    case Prediction::probability:
      return "labels from 0 to 1";
    case Prediction::score:
      return "labels of at least 0; leave the value empty for a row without a label";
    case Prediction::classes:
      return fmt::format("whole numbers from 0 to {}", loss.width() - 1);
  }
  return "";
}

bool is_possible(const RankingLoss& loss, float label) {
  switch (loss.prediction()) {
    case Prediction::label:
      break;
    case Prediction::probability:
      return label >= 0 && label <= 1;
    case Prediction::score:
      return label >= 0;
    case Prediction::classes:
      return label >= 0 && label < static_cast<float>(loss.width()) && label == std::trunc(label);
  }
  return true;
}

void check_range(const LabelSpec& label, const std::vector<float>& labels) {
  for (size_t r = 0; r < labels.size(); ++r) {
    if (is_possible(label.loss, labels[r])) continue;
    throw data_error("row {}: label column '{}': got {}, but {} needs {}", r + 1, label.column, labels[r],
                     label.loss.name(), needed_labels(label.loss));
  }
}

// Each row has at least one label.
void check_some_label(const std::vector<LabelColumn>& labels) {
  if (labels.empty()) return;
  for (const uint32_t row : labels[0].missing) {
    if (std::ranges::any_of(labels, [&](const LabelColumn& label) { return !label.is_missing(row); }))
      continue;
    std::vector<std::string> names;
    for (const LabelColumn& label : labels) names.push_back(label.name);
    throw data_error("row {}: label columns '{}': got nothing, need a finite number in at least one of them",
                     row + 1, fmt::join(names, "', '"));
  }
}

}  // namespace

std::vector<float> read_label(const LabelSpec& label, const CodedColumn& column,
                              std::vector<uint32_t>* unlabelled) {
  const size_t before = unlabelled != nullptr ? unlabelled->size() : 0;
  if (unlabelled != nullptr) find_rows_without_value(column, *unlabelled);
  std::vector<float> labels =
      numbers_of(column, "label", unlabelled != nullptr ? std::optional(any_number(column)) : std::nullopt);
  check_range(label, labels);
  // Losses that compare rows leave out those with a label below 0.
  if (label.loss.compares_rows() && unlabelled != nullptr) {
    for (size_t i = before; i < unlabelled->size(); ++i) labels[(*unlabelled)[i]] = -1;
  }
  return labels;
}

std::vector<LabelColumn> read_labels(const DataSpec& spec, const DataColumns& columns) {
  // With several labels, a row that lacks one may have another.
  const bool may_lack = !spec.needs_labels || spec.labels.size() > 1;
  std::vector<LabelColumn> labels;
  for (const LabelSpec& label : spec.labels) {
    LabelColumn& to = labels.emplace_back(LabelColumn{.name = label.column, .values = {}});
    to.values = read_label(label, columns.find(label.column), may_lack ? &to.missing : nullptr);
  }
  if (spec.needs_labels) check_some_label(labels);
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

void leave_out_unlabelled(Dataset& data) {
  const std::vector<uint32_t>& train = data.split.train;
  for (LabelColumn& label : data.labels) {
    if (label.missing.empty()) continue;
    if (!train.empty() && std::ranges::all_of(train, [&](uint32_t row) { return label.is_missing(row); }))
      throw data_error("label column '{}': no training row has a value", label.name);
    label.weights = data.weights;
    if (label.weights.empty()) label.weights.assign(data.rows, 1);
    for (const uint32_t row : label.missing) label.weights[row] = 0;
  }
}

std::vector<std::string> describe_unlabelled(const DataSpec& spec, const Dataset& data) {
  std::vector<std::string> notes;
  for (const LabelColumn& label : data.labels) {
    const size_t count = label.missing.size();
    if (count == 0) continue;
    const bool one = count == 1;
    // A row without a value is not positive.
    const std::string use =
        data.labels.size() > 1    ? fmt::format("the ranking by it leaves {} out", one ? "it" : "them")
        : !spec.positives.empty() ? fmt::format("the ranking leaves {} out", one ? "it" : "them")
        : one                     ? "it is used only for retrieval"
                                  : "they are used only for retrieval";
    notes.push_back(
        fmt::format("{} of {} rows {} no '{}': {}", count, data.rows, one ? "has" : "have", label.name, use));
  }
  return notes;
}

std::map<std::string, LabelScale> fit_label_scales(const DataSpec& spec, const Dataset& data) {
  const std::vector<uint32_t>& train = data.split.train;
  std::map<std::string, LabelScale> scales;
  for (const LabelSpec& label : spec.labels) {
    if (!label.standardized) continue;
    const LabelColumn& column = find_label(data.labels, label.column);
    scales[label.column] = fit_label_scale(take(column.values, train), take(data.weights_of(column), train));
  }
  return scales;
}

}  // namespace shortlist
