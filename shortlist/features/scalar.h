// What the kinds number and time share: one number a row, which becomes a dense number, or the id of a bin.
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

// NULL, NaN and infinite values are missing, and so are values whose number does not fit a float32.
enum class MissingNumber {
  mean,       // numbers: counts as the mean of the fitted values
  indicator,  // numbers: the same, and a second number is 1 where the value is missing, else 0
  bucket,     // bins: an id of its own, after all others
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
    "a missing value is: mean (default of numbers), indicator (mean, and a second number 1), bucket (an id "
    "of its "
    "own), zero (0 after normalising; of ids: no id, their default), error";

// The setting `missing`, or the default for what the feature yields.
MissingNumber missing_or_default(std::optional<MissingNumber> missing, bool yields_ids);

// Throws a usage Error where the setting does not fit what the feature yields.
void check_missing(std::optional<MissingNumber> missing, bool yields_ids, const Value& value,
                   const Where& where);

// The bin of x among ascending edges: a value equal to an edge lies above it. N edges make N + 1 bins.
int32_t bin(std::span<const double> edges, double x);
// "[1.5, 3)"
std::string bin_name(std::span<const double> edges, int32_t bin);

// Keras's epsilon: a smaller deviation counts as this.
inline constexpr double kLeastDeviation = 1e-7;

// The least and the most of the values that a fit saw.
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
// As "least" and "most"; a feature fitted by an older program has none.
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
  // `bins`: 0 when it yields numbers.
  ScalarFeature(int32_t bins, MissingNumber missing) : bins_(bins), missing_(missing) {}

 private:
  virtual bool read(const Column& values, size_t row, double& x) const = 0;
  virtual double number(double x) const = 0;
  virtual double mean_number() const = 0;  // what a missing value counts as
  virtual int32_t bin_of(double x) const = 0;
  virtual std::string name_of_bin(int32_t id) const = 0;

  void encode_bins(const Column& values, EncodedColumn& out) const;
  void encode_numbers(const Column& values, EncodedColumn& out) const;

  int32_t bins_;
  MissingNumber missing_;
};

}  // namespace shortlist
