#include "shortlist/features/number.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "shortlist/features/cell.h"
#include "shortlist/features/feature_settings.h"
#include "shortlist/features/moments.h"

namespace shortlist {
namespace {

constexpr double kLargest = 1e100;  // squares of larger numbers would overflow the exact sums

// Result of a fit.
struct NumberState {
  FittedRange range;
  double mean = 0, deviation = 1;
  std::vector<double> edges;
};

class Number final : public ScalarFeature {
 public:
  Number(NumberSettings settings, NumberState state)
      : ScalarFeature(settings.yields_ids() ? static_cast<int32_t>(state.edges.size()) + 1 : 0,
                      missing_or_default(settings.missing, settings.yields_ids())),
        settings_(std::move(settings)),
        state_(std::move(state)) {}

  std::string_view kind() const override { return NumberSettings::kind; }
  InputForm input() const override { return {InputKind::number, state_.range.least, state_.range.most}; }
  nlohmann::json to_json() const override {
    nlohmann::json json = {{"kind", kind()}, {"settings", settings_to_json(write_fields(settings_))}};
    if (settings_.yields_ids()) {
      json["fitted_edges"] = state_.edges;
    } else {
      json["mean"] = state_.mean;
      json["deviation"] = state_.deviation;
    }
    range_to_json(state_.range, json);
    return json;
  }

 private:
  bool read(const Column& values, size_t row, double& x) const override {
    return read_number_cell(values, row, x);
  }
  double number(double x) const override {
    switch (settings_.normalize) {
      case Normalize::standard:
        return (x - state_.mean) / std::max(state_.deviation, kLeastDeviation);
      case Normalize::log:
        return std::copysign(std::log1p(std::abs(x)), x);
      case Normalize::none:
        break;
    }
    return x;
  }
  double mean_number() const override { return number(state_.mean); }
  int32_t bin_of(double x) const override { return bin(state_.edges, x); }
  std::string name_of_bin(int32_t id) const override { return bin_name(state_.edges, id); }

  NumberSettings settings_;
  NumberState state_;
};

class NumberFit final : public FeatureFit {
 public:
  explicit NumberFit(NumberSettings settings) : settings_(std::move(settings)) {}

  void observe(const Column& values, Counts counts) override {
    for (size_t row = 0; row < values.rows; ++row) {
      double x;
      if (!read_number_cell(values, row, x)) continue;
      if (settings_.quantiles) {
        values_.insert(values_.end(), counts[row], x);
      } else if (!settings_.yields_ids()) {
        if (std::abs(x) > kLargest)
          throw RowError(row, fmt::format("{} is too large, need at most 1e100", x));
        moments_.add(x, counts[row]);
      }
      range_.add(x);
    }
  }

  void merge(const FeatureFit& other) override {
    const auto& fit = dynamic_cast<const NumberFit&>(other);
    moments_.merge(fit.moments_);
    range_.merge(fit.range_);
    values_.insert(values_.end(), fit.values_.begin(), fit.values_.end());
  }

  std::unique_ptr<const Feature> finish() override {
    NumberState state{range_, moments_.mean(), moments_.deviation(), settings_.edges};
    if (settings_.quantiles) {
      std::sort(values_.begin(), values_.end());
      state.edges = quantile_edges(values_, *settings_.quantiles);
    }
    return std::make_unique<Number>(settings_, std::move(state));
  }

 private:
  NumberSettings settings_;
  Moments moments_;
  FittedRange range_;
  std::vector<double> values_;  // all values, for exact quantiles: 8 bytes per row
};

}  // namespace

std::vector<double> quantile_edges(const std::vector<double>& sorted, int32_t count) {
  std::vector<double> edges;
  if (sorted.empty()) return edges;
  for (size_t i = 1; i < static_cast<size_t>(count); ++i) {
    const double edge = sorted[sorted.size() * i / static_cast<size_t>(count)];
    if (edges.empty() || edges.back() != edge) edges.push_back(edge);
  }
  return edges;
}

void NumberSettings::check(const Value& value, const Where& where) const {
  if (!edges.empty() && quantiles)
    throw setting_error(value, where, "quantiles", "cannot be combined with edges");
  if (quantiles && *quantiles < 2) throw setting_error(value, where, "quantiles", "need 2 or more");
  for (size_t i = 0; i < edges.size(); ++i) {
    if (!std::isfinite(edges[i])) throw setting_error(value, where, "edges", "need finite numbers");
    if (i > 0 && edges[i] <= edges[i - 1]) {
      throw setting_error(value, where, "edges",
                          fmt::format("got {} after {}, need ascending numbers", edges[i], edges[i - 1]));
    }
  }
  if (yields_ids() && normalize != Normalize::standard) {
    throw setting_error(value, where, "normalize",
                        "edges and quantiles yield ids, which cannot be normalised");
  }
  check_missing(missing, yields_ids(), value, where);
}

std::unique_ptr<FeatureFit> NumberSettings::make_fit() const { return std::make_unique<NumberFit>(*this); }

std::unique_ptr<const Feature> NumberSettings::load(const nlohmann::json& feature) {
  auto settings = load_settings<NumberSettings>(feature.at("settings"));
  NumberState state;
  state.range = range_from_json(feature);
  if (settings.yields_ids()) {
    state.edges = feature.at("fitted_edges").get<std::vector<double>>();
  } else {
    state.mean = feature.at("mean").get<double>();
    state.deviation = feature.at("deviation").get<double>();
  }
  return std::make_unique<Number>(std::move(settings), std::move(state));
}

}  // namespace shortlist
