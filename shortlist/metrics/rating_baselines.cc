#include <algorithm>

#include "shortlist/base/error.h"
#include "shortlist/metrics/baselines.h"
#include "shortlist/metrics/rating_metrics.h"

namespace shortlist {
namespace {

constexpr double bias_damping = 5;
constexpr int bias_sweeps = 10;

double mean_label(const Observations& train) {
  double sum = 0, weight = 0;
  for (size_t i = 0; i < train.rows; ++i) {
    sum += train.weight_of(i) * train.label[i];
    weight += train.weight_of(i);
  }
  return weight > 0 ? sum / weight : 0;
}

// Means of residuals by index, each shrunk towards 0 as by `damping` more rows of 0; 0 for what was not seen.
class Offsets {
 public:
  Offsets(std::span<const uint32_t> index, double damping) : damping_(damping) {
    uint32_t size = 0;
    for (uint32_t i : index) size = i == unknown_index ? size : std::max(size, i + 1);
    value_.resize(size);
    weight_.resize(size);
  }
  template <typename Residual>
  void fit(const Observations& train, std::span<const uint32_t> index, const Residual& residual) {
    std::fill(value_.begin(), value_.end(), 0.0);
    std::fill(weight_.begin(), weight_.end(), 0.0);
    for (size_t row = 0; row < train.rows; ++row) {
      if (index[row] == unknown_index) continue;
      value_[index[row]] += train.weight_of(row) * residual(row);
      weight_[index[row]] += train.weight_of(row);
    }
    for (size_t i = 0; i < value_.size(); ++i) {
      value_[i] = weight_[i] > 0 ? value_[i] / (weight_[i] + damping_) : 0;
    }
  }
  double operator[](uint32_t index) const { return index < value_.size() ? value_[index] : 0; }

 private:
  double damping_;
  std::vector<double> value_, weight_;
};

RatingBaseline item_mean(const Observations& train, const Observations& rows, double mean, bool binary) {
  Offsets item(train.candidate, binary ? 1 : 0);
  item.fit(train, train.candidate, [&](size_t row) { return train.label[row] - mean; });
  RatingBaseline baseline{baseline::item_mean, std::vector<float>(rows.rows)};
  for (size_t row = 0; row < rows.rows; ++row) {
    baseline.prediction[row] = static_cast<float>(mean + item[rows.candidate[row]]);
  }
  return baseline;
}

RatingBaseline biases(const Observations& train, const Observations& rows, double mean, bool binary) {
  Offsets item(train.candidate, bias_damping), user(train.user, bias_damping);
  for (int sweep = 0; sweep < bias_sweeps; ++sweep) {
    item.fit(train, train.candidate,
             [&](size_t row) { return train.label[row] - mean - user[train.user[row]]; });
    user.fit(train, train.user,
             [&](size_t row) { return train.label[row] - mean - item[train.candidate[row]]; });
  }
  RatingBaseline baseline{baseline::biases, std::vector<float>(rows.rows)};
  for (size_t row = 0; row < rows.rows; ++row) {
    const double sum = mean + user[rows.user[row]] + item[rows.candidate[row]];
    baseline.prediction[row] = static_cast<float>(binary ? std::clamp(sum, 0.01, 0.99) : sum);
  }
  return baseline;
}

}  // namespace

std::vector<RatingBaseline> rating_baselines(const Observations& train, const Observations& rows) {
  SHORTLIST_CHECK(train.label.size() == train.rows);
  const double mean = mean_label(train);
  const bool binary = is_binary(train.label);
  std::vector<RatingBaseline> baselines;
  baselines.push_back({baseline::global_mean, std::vector<float>(rows.rows, static_cast<float>(mean))});
  if (train.candidate.empty()) return baselines;
  baselines.push_back(item_mean(train, rows, mean, binary));
  if (!train.user.empty() && !rows.user.empty()) baselines.push_back(biases(train, rows, mean, binary));
  return baselines;
}

}  // namespace shortlist
