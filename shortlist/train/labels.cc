#include "shortlist/train/labels.h"

#include <cmath>

#include "shortlist/features/cell.h"

namespace shortlist {
namespace {

// Whether the column's words are all yes and no, t and f, or the like: then they are 1 and 0.
bool holds_truth_words(const Column& values) {
  double truth = 0;
  for (size_t i = 0; i < values.rows; ++i) {
    if (values.type != ColumnType::text) return false;
    if (!values.is_missing(i) && !parse_truth_word(values.texts[i], truth)) return false;
  }
  return true;
}

double label_value(const Column& values, size_t i, bool truth) {
  double value = NAN;
  if (values.is_missing(i) || values.type == ColumnType::list) return NAN;
  if (truth) return parse_truth_word(values.texts[i], value) ? value : NAN;
  try {
    return read_number_cell(values, i, value) ? value : NAN;
  } catch (const RowError&) {
    return NAN;
  }
}

// A label or weight: a finite number in each row.
std::vector<float> numbers_of(const CodedColumn& column, const char* use) {
  std::vector<float> distinct, rows;
  const bool truth = holds_truth_words(column.values);
  for (uint32_t code = 0; code < column.distinct(); ++code) {
    const auto value = static_cast<float>(label_value(column.values, code, truth));
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

}  // namespace

std::vector<std::vector<float>> read_labels(const Config& config, const DataColumns& columns) {
  std::vector<std::vector<float>> labels;
  for (const RankingConfig& ranking : config.ranking) {
    labels.push_back(numbers_of(columns.find(ranking.label), "label"));
    if (ranking.loss != RatingLoss::binary_crossentropy) continue;
    for (size_t r = 0; r < labels.back().size(); ++r) {
      const float label = labels.back()[r];
      if (label < 0 || label > 1) {
        throw data_error(
            "row {}: label column '{}': got {}, but binary_crossentropy needs labels from 0 to 1", r + 1,
            ranking.label, label);
      }
    }
  }
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
  data.positive_weights = numbers_of(column, "positives");
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

std::vector<LabelScale> fit_label_scales(const Config& config, const Dataset& data) {
  const std::vector<uint32_t>& train = data.split.train;
  std::vector<float> labels(train.size()), weights(data.weights.empty() ? 0 : train.size());
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = data.weights[train[i]];
  std::vector<LabelScale> scales;
  for (size_t t = 0; t < config.ranking.size(); ++t) {
    for (size_t i = 0; i < train.size(); ++i) labels[i] = data.labels[t][train[i]];
    scales.push_back(config.ranking[t].standardizes() ? fit_label_scale(labels, weights) : LabelScale());
  }
  return scales;
}

}  // namespace shortlist
