#include "shortlist/features/age.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "shortlist/features/feature_settings.h"

namespace shortlist {
namespace {

constexpr double kDay = 86'400, kOrigin = 10'957 * kDay;  // 2000-01-01

class AgeTime final : public Feature {
 public:
  AgeTime(AgeSettings settings, TimeForm form) : settings_(std::move(settings)), form_(std::move(form)) {}

  std::string_view kind() const override { return AgeSettings::kind; }
  InputForm input() const override { return {InputKind::time}; }
  int32_t id_count() const override { return 0; }
  int width() const override { return 3; }

  void encode(const Column& values, EncodedColumn& out, uint64_t*) const override {
    out.width = width();
    for (size_t row = 0; row < values.rows; ++row) {
      double seconds = 0;
      const bool known = read_time(values, row, form_, seconds);
      const double days = known ? (seconds - kOrigin) / kDay : 0, whole = std::floor(days);
      for (const double number : {whole, days - whole, known ? 1.0 : 0.0})
        out.values.push_back(static_cast<float>(number));
    }
  }

  std::string token(int32_t) const override { return ""; }
  nlohmann::json to_json() const override {
    AgeSettings fitted = settings_;
    fitted.unit = form_.unit, fitted.format = form_.format;
    return {{"kind", kind()}, {"settings", settings_to_json(write_fields(fitted))}};
  }

 private:
  AgeSettings settings_;
  TimeForm form_;
};

class AgeFit final : public FeatureFit {
 public:
  explicit AgeFit(AgeSettings settings) : settings_(std::move(settings)) {}
  void survey(const Column& values) override {
    form_ = find_time_form(values, {settings_.unit, settings_.format});
  }
  void share_survey(const FeatureFit& surveyed) override {
    form_ = dynamic_cast<const AgeFit&>(surveyed).form_;
  }
  void observe(const Column& values, Counts) override {
    if (!form_) survey(values);
  }
  void merge(const FeatureFit& other) override {
    if (!form_) form_ = dynamic_cast<const AgeFit&>(other).form_;
  }
  std::unique_ptr<const Feature> finish() override {
    return std::make_unique<AgeTime>(settings_, form_.value_or(TimeForm{settings_.unit, settings_.format}));
  }

 private:
  AgeSettings settings_;
  std::optional<TimeForm> form_;
};

}  // namespace

void AgeSettings::check(const Value& value, const Where& where) const {
  check_time_format(format, value, where);
}

std::unique_ptr<FeatureFit> AgeSettings::make_fit() const { return std::make_unique<AgeFit>(*this); }

std::unique_ptr<const Feature> AgeSettings::load(const nlohmann::json& feature) {
  const auto settings = load_settings<AgeSettings>(feature.at("settings"));
  return std::make_unique<AgeTime>(settings, TimeForm{settings.unit, settings.format});
}

}  // namespace shortlist
