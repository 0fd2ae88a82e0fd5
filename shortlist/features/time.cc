#include "shortlist/features/time.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "shortlist/features/cell.h"
#include "shortlist/features/feature_settings.h"
#include "shortlist/features/moments.h"

namespace shortlist {
namespace {

// The year 2200 in seconds. A bundle with larger times was written before times had units.
constexpr double kLargest = 7'258'118'400;
constexpr const char* kWeekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                     "Friday", "Saturday", "Sunday"};

struct TimeState {
  TimeForm form;
  FittedRange range;
  double mean = 0, deviation = 1;
  std::vector<double> edges;
};

// As numpy.linspace(first, last, count), without duplicate edges.
std::vector<double> even_edges(double first, double last, int32_t count) {
  std::vector<double> edges;
  const double step = (last - first) / (count - 1);
  for (int32_t i = 0; i < count; ++i) {
    const double edge = i + 1 == count ? last : i * step + first;
    if (edges.empty() || edge > edges.back()) edges.push_back(edge);
  }
  return edges;
}

int32_t hour_of(double t) {
  const double hours = std::floor(t / 3600);
  return static_cast<int32_t>(hours - 24 * std::floor(hours / 24));
}

// 1970-01-01 was a Thursday.
int32_t weekday_of(double t) {
  const double days = std::floor(t / 86400) + 3;
  return static_cast<int32_t>(days - 7 * std::floor(days / 7));
}

int32_t bins_of(TimeAs as, const TimeState& state) {
  switch (as) {
    case TimeAs::standard:
      return 0;
    case TimeAs::buckets:
      return static_cast<int32_t>(state.edges.size()) + 1;
    case TimeAs::hour:
      return 24;
    case TimeAs::weekday:
      break;
  }
  return 7;
}

// Writes the fitted form as "unit" and "format".
void form_to_json(const TimeForm& form, nlohmann::json& feature) {
  if (form.unit) feature["unit"] = enum_name(*form.unit);
  if (form.format) feature["format"] = *form.format;
}

TimeForm form_from_json(const nlohmann::json& feature) {
  TimeForm form;
  if (feature.contains("unit")) {
    read_value(Value(feature.at("unit").get<std::string>()), form.unit, Where{"", "unit"});
  }
  if (feature.contains("format")) form.format = feature.at("format").get<std::string>();
  return form;
}

class Time final : public ScalarFeature {
 public:
  Time(TimeSettings settings, TimeState state)
      : ScalarFeature(bins_of(settings.as, state),
                      missing_or_default(settings.missing, settings.yields_ids())),
        settings_(settings),
        state_(std::move(state)) {}

  std::string_view kind() const override { return TimeSettings::kind; }
  const TimeForm& form() const { return state_.form; }
  InputForm input() const override { return {InputKind::time, state_.range.least, state_.range.most}; }
  nlohmann::json to_json() const override {
    nlohmann::json json = {{"kind", kind()}, {"settings", settings_to_json(write_fields(settings_))}};
    if (settings_.as == TimeAs::buckets) json["fitted_edges"] = state_.edges;
    if (settings_.as == TimeAs::standard) {
      json["mean"] = state_.mean;
      json["deviation"] = state_.deviation;
    }
    range_to_json(state_.range, json);
    form_to_json(state_.form, json);
    return json;
  }

 private:
  bool read(const Column& values, size_t row, double& t) const override {
    return read_time(values, row, state_.form, t);
  }
  double number(double t) const override {
    return (t - state_.mean) / std::max(state_.deviation, kLeastDeviation);
  }
  double mean_number() const override { return 0; }
  int32_t bin_of(double t) const override {
    if (settings_.as == TimeAs::hour) return hour_of(t);
    if (settings_.as == TimeAs::weekday) return weekday_of(t);
    return bin(state_.edges, t);
  }
  std::string name_of_bin(int32_t id) const override {
    if (settings_.as == TimeAs::hour) return fmt::format("{}:00", id);
    if (settings_.as == TimeAs::weekday) return kWeekdays[id];
    return bin_name(state_.edges, id);
  }

  TimeSettings settings_;
  TimeState state_;
};

class TimeFit final : public FeatureFit {
 public:
  explicit TimeFit(TimeSettings settings) : settings_(settings) {}

  void survey(const Column& values) override { form_ = find_time_form(values, settings_.declared()); }
  void share_survey(const FeatureFit& surveyed) override {
    form_ = dynamic_cast<const TimeFit&>(surveyed).form_;
  }
  void observe(const Column& values, Counts counts) override {
    if (!form_) survey(values);
    for (size_t row = 0; row < values.rows; ++row) {
      double t;
      if (!read_time(values, row, *form_, t)) continue;
      range_.add(t);
      if (settings_.as == TimeAs::standard || settings_.as == TimeAs::buckets) moments_.add(t, counts[row]);
    }
  }
  void merge(const FeatureFit& other) override {
    const auto& fit = dynamic_cast<const TimeFit&>(other);
    if (form_ && fit.form_ && !(*form_ == *fit.form_))
      throw data_error(
          "times are written differently in different parts of the table; set their unit or format");
    if (!form_) form_ = fit.form_;
    moments_.merge(fit.moments_);
    range_.merge(fit.range_);
  }
  std::unique_ptr<const Feature> finish() override {
    TimeState state{form_.value_or(settings_.declared()), range_, moments_.mean(), moments_.deviation(), {}};
    if (settings_.as == TimeAs::buckets && moments_.count() > 0) {
      state.edges = even_edges(moments_.least(), moments_.most(), settings_.buckets);
    }
    return std::make_unique<Time>(settings_, std::move(state));
  }

 private:
  TimeSettings settings_;
  std::optional<TimeForm> form_;
  Moments moments_;
  FittedRange range_;
};

}  // namespace

void TimeSettings::check(const Value& value, const Where& where) const {
  if (buckets < 2) throw setting_error(value, where, "buckets", "need 2 or more");
  if (as != TimeAs::buckets && buckets != TimeSettings().buckets) {
    throw setting_error(value, where, "buckets", "needs as = \"buckets\"");
  }
  check_missing(missing, yields_ids(), value, where);
  check_time_format(format, value, where);
}

std::unique_ptr<FeatureFit> TimeSettings::make_fit() const { return std::make_unique<TimeFit>(*this); }

std::optional<TimeForm> fitted_times(const Feature& feature) {
  const auto* time = dynamic_cast<const Time*>(&feature);
  return time == nullptr ? std::nullopt : std::optional(time->form());
}

std::unique_ptr<const Feature> TimeSettings::load(const nlohmann::json& feature) {
  const auto settings = load_settings<TimeSettings>(feature.at("settings"));
  TimeState state;
  state.form = form_from_json(feature);
  state.range = range_from_json(feature);
  if (!state.form.unit && state.range.most.value_or(0) > kLargest) {
    throw data_error(
        "time: the model was trained by an older program on numbers that are not seconds; train it again");
  }
  if (settings.as == TimeAs::buckets) state.edges = feature.at("fitted_edges").get<std::vector<double>>();
  if (settings.as == TimeAs::standard) {
    state.mean = feature.at("mean").get<double>();
    state.deviation = feature.at("deviation").get<double>();
  }
  return std::make_unique<Time>(settings, std::move(state));
}

}  // namespace shortlist
