#include "shortlist/features/vector.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "shortlist/features/cell.h"
#include "shortlist/features/feature_settings.h"
#include "shortlist/features/number_list.h"

namespace shortlist {
namespace {

bool all_finite(const std::vector<double>& numbers) {
  for (double x : numbers) {
    if (!std::isfinite(static_cast<float>(x))) return false;
  }
  return !numbers.empty();
}

// Returns false if the vector is missing.
bool read_vector(const Column& values, size_t row, std::vector<double>& numbers) {
  return read_number_list(values, row, numbers) && all_finite(numbers);
}

void check_width(size_t row, size_t got, size_t needed) {
  if (got != needed) throw RowError(row, fmt::format("the vector has {} numbers, need {}", got, needed));
}

void l2_normalize(std::vector<double>& numbers) {
  double squares = 0;
  for (double x : numbers) squares += x * x;
  if (squares == 0) return;
  for (double& x : numbers) x /= std::sqrt(squares);
}

class Vector final : public Feature {
 public:
  explicit Vector(VectorSettings settings) : settings_(settings) {}

  std::string_view kind() const override { return VectorSettings::kind; }
  InputForm input() const override { return {InputKind::vector}; }
  int32_t id_count() const override { return 0; }
  int width() const override { return settings_.width; }

  void encode(const Column& values, EncodedColumn& out, uint64_t*) const override {
    out.width = settings_.width;
    const auto width = static_cast<size_t>(settings_.width);
    std::vector<double> numbers;
    for (size_t row = 0; row < values.rows; ++row) {
      if (read_vector(values, row, numbers)) {
        check_width(row, numbers.size(), width);
        if (settings_.l2_normalize) l2_normalize(numbers);
      } else {
        if (settings_.missing == MissingVector::error) throw RowError(row, "the value is missing");
        numbers.assign(width, 0);
      }
      out.values.insert(out.values.end(), numbers.begin(), numbers.end());
    }
  }

  std::string token(int32_t) const override { return ""; }
  nlohmann::json to_json() const override {
    return {{"kind", kind()}, {"settings", settings_to_json(write_fields(settings_))}};
  }

 private:
  VectorSettings settings_;
};

class VectorFit final : public FeatureFit {
 public:
  explicit VectorFit(VectorSettings settings) : settings_(settings) {}

  // The width of earlier parts, so that a later part can report the row of another width.
  void share_survey(const FeatureFit& surveyed) override {
    settings_.width = dynamic_cast<const VectorFit&>(surveyed).settings_.width;
  }
  void observe(const Column& values, Counts) override {
    std::vector<double> numbers;
    for (size_t row = 0; row < values.rows; ++row) {
      if (!read_vector(values, row, numbers)) continue;
      if (settings_.width == 0) settings_.width = static_cast<int32_t>(numbers.size());
      check_width(row, numbers.size(), static_cast<size_t>(settings_.width));
    }
  }
  void merge(const FeatureFit& other) override {
    const int32_t width = dynamic_cast<const VectorFit&>(other).settings_.width;
    if (settings_.width == 0) settings_.width = width;
    if (width != 0 && width != settings_.width) {
      throw data_error("vectors have {} numbers and {} numbers, need equal widths",
                       std::min(width, settings_.width), std::max(width, settings_.width));
    }
  }
  std::unique_ptr<const Feature> finish() override {
    if (settings_.width == 0) throw data_error("every vector is missing, so its width is unknown: set width");
    return std::make_unique<Vector>(settings_);
  }

 private:
  VectorSettings settings_;
};

}  // namespace

void VectorSettings::check(const Value& value, const Where& where) const {
  if (width < 0) throw setting_error(value, where, "width", "need 0 or more");
}

std::unique_ptr<FeatureFit> VectorSettings::make_fit() const { return std::make_unique<VectorFit>(*this); }

std::unique_ptr<const Feature> VectorSettings::load(const nlohmann::json& feature) {
  const auto settings = load_settings<VectorSettings>(feature.at("settings"));
  if (settings.width < 1) throw data_error("vector: got width {}, need 1 or more", settings.width);
  return std::make_unique<Vector>(settings);
}

}  // namespace shortlist
