// Shared by the kinds number and time: one number per row, which becomes a dense number or the id of a bin.
#pragma once

#include <algorithm>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/features/feature.h"

namespace shortlist {

// Missing values are NULL, NaN, infinite values, and values that do not fit a float32.
enum class MissingNumber {
  mean,       // numbers: the mean of the fitted values
  indicator,  // numbers: the mean, and a second number that is 1 if the value is missing, else 0
  bucket,     // bins: an extra id after all others
  zero,       // numbers: 0 after normalising; bins: no id
  error,      // a data error
};
template <>
struct EnumNames<MissingNumber> {
  static constexpr std::pair<MissingNumber, std::string_view> names[] = {
      {MissingNumber::mean, "mean"},
      {MissingNumber::indicator, "indicator"},
      {MissingNumber::bucket, "bucket"},
      {MissingNumber::zero, "zero"},
      {MissingNumber::error, "error"}};
};
inline constexpr const char* kMissingNumberHelp =
    "How to treat a missing value: mean (the default for numbers), indicator (the mean, and a second number "
    "1), bucket (an id of its own), zero (0 after normalising; for ids no id, their default), error";

// The setting `missing`, or the default for the feature's output.
MissingNumber missing_or_default(std::optional<MissingNumber> missing, bool yields_ids);

// Throws a usage Error if the setting does not fit the feature's output.
void check_missing(std::optional<MissingNumber> missing, bool yields_ids, const Value& value,
                   const Where& where);

// The bin of x among ascending edges. A value equal to an edge belongs to the bin above it. N edges make N +
// 1 bins.
int32_t bin(std::span<const double> edges, double x);
// "[1.5, 3)"
std::string bin_name(std::span<const double> edges, int32_t bin);

// Keras's epsilon: the lower bound of the deviation.
inline constexpr double kLeastDeviation = 1e-7;

// The minimum and maximum of the fitted values.
struct FittedRange {
  std::optional<double> least, most;

  void add(double x) {
    least = std::min(least.value_or(x), x);
    most = std::max(most.value_or(x), x);
  }
  void merge(const FittedRange& other) {
    if (!other.least) return;
    add(*other.least);
    add(*other.most);
  }
};
// Written as "least" and "most". Features fitted by older versions have none.
void range_to_json(const FittedRange& range, nlohmann::json& feature);
FittedRange range_from_json(const nlohmann::json& feature);

class ScalarFeature : public Feature {
 public:
  int32_t id_count() const final {
    return bins_ == 0 ? 0 : bins_ + (missing_ == MissingNumber::bucket ? 1 : 0);
  }
  int width() const final { return bins_ > 0 ? 0 : missing_ == MissingNumber::indicator ? 2 : 1; }
  void encode(const Column& values, EncodedColumn& out, uint64_t* unseen) const final;
  std::string token(int32_t id) const final;

 protected:
  // `bins` is 0 if the feature yields numbers.
  ScalarFeature(int32_t bins, MissingNumber missing) : bins_(bins), missing_(missing) {}

 private:
  virtual bool read(const Column& values, size_t row, double& x) const = 0;
  virtual double number(double x) const = 0;
  virtual double mean_number() const = 0;  // used for missing values
  virtual int32_t bin_of(double x) const = 0;
  virtual std::string name_of_bin(int32_t id) const = 0;

  void encode_bins(const Column& values, EncodedColumn& out) const;
  void encode_numbers(const Column& values, EncodedColumn& out) const;

  int32_t bins_;
  MissingNumber missing_;
};

}  // namespace shortlist
