#include "shortlist/features/scalar.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "shortlist/features/bag_writer.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/feature_settings.h"
#include "shortlist/features/missing_value.h"

namespace shortlist {

MissingNumber missing_or_default(std::optional<MissingNumber> missing, bool yields_ids) {
  return missing.value_or(yields_ids ? MissingNumber::zero : MissingNumber::mean);
}

void check_missing(std::optional<MissingNumber> missing, bool yields_ids, const Value& value,
                   const Where& where) {
  const MissingNumber choice = missing_or_default(missing, yields_ids);
  const bool numbers_only = choice == MissingNumber::mean || choice == MissingNumber::indicator;
  if (yields_ids && numbers_only) {
    throw setting_error(
        value, where, "missing",
        fmt::format("got \"{}\", but the feature yields ids: need bucket, zero or error", enum_name(choice)));
  }
  if (!yields_ids && choice == MissingNumber::bucket) {
    throw setting_error(
        value, where, "missing",
        "got \"bucket\", but the feature yields numbers: need mean, indicator, zero or error");
  }
}

void range_to_json(const FittedRange& range, nlohmann::json& feature) {
  if (!range.least) return;
  feature["least"] = *range.least;
  feature["most"] = *range.most;
}

FittedRange range_from_json(const nlohmann::json& feature) {
  FittedRange range;
  if (!feature.contains("least")) return range;
  range.add(feature.at("least").get<double>());
  range.add(feature.at("most").get<double>());
  return range;
}

int32_t bin(std::span<const double> edges, double x) {
  return static_cast<int32_t>(std::upper_bound(edges.begin(), edges.end(), x) - edges.begin());
}

std::string bin_name(std::span<const double> edges, int32_t bin) {
  const auto at = static_cast<size_t>(bin);
  if (bin < 0 || at > edges.size()) return "";
  if (edges.empty()) return "(-inf, inf)";
  if (bin == 0) return fmt::format("(-inf, {})", edges.front());
  if (at == edges.size()) return fmt::format("[{}, inf)", edges.back());
  return fmt::format("[{}, {})", edges[at - 1], edges[at]);
}

void ScalarFeature::encode(const Column& values, EncodedColumn& out, uint64_t*) const {
  if (bins_ > 0) {
    encode_bins(values, out);
  } else {
    encode_numbers(values, out);
  }
}

void ScalarFeature::encode_bins(const Column& values, EncodedColumn& out) const {
  BagWriter bags(out);
  for (size_t row = 0; row < values.rows; ++row) {
    double x = 0;
    if (read(values, row, x)) {
      bags.add(bin_of(x));
    } else if (missing_ == MissingNumber::bucket) {
      bags.add(bins_);
    } else if (missing_ == MissingNumber::error) {
      throw RowError(row, "the value is missing");
    }
    bags.end_row();
  }
}

void ScalarFeature::encode_numbers(const Column& values, EncodedColumn& out) const {
  out.width = width();
  for (size_t row = 0; row < values.rows; ++row) {
    double x = 0;
    float y = 0;
    bool known = read(values, row, x);
    if (known) y = static_cast<float>(number(x));
    known = known && std::isfinite(y);
    if (!known) {
      if (missing_ == MissingNumber::error) throw RowError(row, "the value is missing");
      y = missing_ == MissingNumber::zero ? 0 : static_cast<float>(mean_number());
    }
    out.values.push_back(y);
    if (missing_ == MissingNumber::indicator) out.values.push_back(known ? 0.0f : 1.0f);
  }
}

std::string ScalarFeature::token(int32_t id) const {
  if (id < 0 || id >= id_count()) return "";
  return id == bins_ ? std::string(kMissingToken) : name_of_bin(id);
}

}  // namespace shortlist
