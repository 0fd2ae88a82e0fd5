#include <algorithm>

#include "shortlist/base/error.h"
#include "shortlist/metrics/baselines.h"
#include "shortlist/metrics/class_metrics.h"

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

// Means of residuals by index, each shrunk towards 0 as if there were `damping` more rows of 0. 0 for an
// index that was not seen.
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
  const std::vector<double>& values() const { return value_; }

 private:
  double damping_;
  std::vector<double> value_, weight_;
};

double offset_of(const std::vector<double>& offsets, uint32_t index) {
  return index < offsets.size() ? offsets[index] : 0;
}

void fit_biases(const Observations& train, LabelMeans& means) {
  Offsets item(train.candidate, bias_damping), user(train.user, bias_damping);
  for (int sweep = 0; sweep < bias_sweeps; ++sweep) {
    item.fit(train, train.candidate,
             [&](size_t row) { return train.label[row] - means.mean - user[train.user[row]]; });
    user.fit(train, train.user,
             [&](size_t row) { return train.label[row] - means.mean - item[train.candidate[row]]; });
  }
  means.item_bias = item.values();
  means.user_bias = user.values();
}

RatingBaseline item_mean(const LabelMeans& means, const Observations& rows) {
  RatingBaseline baseline{baseline::item_mean, std::vector<float>(rows.rows)};
  for (size_t row = 0; row < rows.rows; ++row) {
    baseline.prediction[row] =
        static_cast<float>(means.mean + offset_of(means.item_offset, rows.candidate[row]));
  }
  return baseline;
}

RatingBaseline biases(const LabelMeans& means, const Observations& rows) {
  RatingBaseline baseline{baseline::biases, std::vector<float>(rows.rows)};
  for (size_t row = 0; row < rows.rows; ++row) {
    const double sum = means.mean + offset_of(means.user_bias, rows.user[row]) +
                       offset_of(means.item_bias, rows.candidate[row]);
    baseline.prediction[row] = static_cast<float>(means.binary ? std::clamp(sum, 0.01, 0.99) : sum);
  }
  return baseline;
}

}  // namespace

const LabelMeans& Baselines::means_of(const std::string& label) const {
  const auto found = std::ranges::find(labels, label, &std::pair<std::string, LabelMeans>::first);
  SHORTLIST_CHECK(found != labels.end());
  return found->second;
}

LabelMeans fit_label_means(const Observations& train) {
  SHORTLIST_CHECK(train.label.size() == train.rows);
  LabelMeans means{.mean = mean_label(train), .binary = is_binary(train.label)};
  if (!train.candidate.empty()) {
    Offsets item(train.candidate, means.binary ? 1 : 0);
    item.fit(train, train.candidate, [&](size_t row) { return train.label[row] - means.mean; });
    means.item_offset = item.values();
  }
  if (!train.user.empty()) fit_biases(train, means);
  return means;
}

std::vector<RatingBaseline> rating_baselines(const LabelMeans& means, const Observations& rows) {
  std::vector<RatingBaseline> baselines;
  baselines.push_back({baseline::global_mean, std::vector<float>(rows.rows, static_cast<float>(means.mean))});
  if (rows.candidate.empty()) return baselines;
  baselines.push_back(item_mean(means, rows));
  if (!means.user_bias.empty() && !rows.user.empty()) baselines.push_back(biases(means, rows));
  return baselines;
}

}  // namespace shortlist
