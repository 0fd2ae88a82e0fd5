// One number per row: normalised as in Keras's Normalization, its logarithm, or unchanged; or the id of its
// bin, as in Keras's Discretization. Text is parsed.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/features/feature.h"
#include "shortlist/features/scalar.h"

namespace shortlist {

enum class Normalize {
  standard,  // (x - mean) / max(deviation, 1e-7), with the population deviation
  log,       // sign(x) log(1 + |x|)
  none,
};
template <>
struct EnumNames<Normalize> {
  static constexpr std::pair<Normalize, std::string_view> names[] = {
      {Normalize::standard, "standard"}, {Normalize::log, "log"}, {Normalize::none, "none"}};
};

struct NumberSettings {
  static constexpr const char* kind = "number";
  static constexpr const char* help = "A number: normalised, or the bin that contains it";
  Normalize normalize = Normalize::standard;
  std::vector<double> edges;
  std::optional<int32_t> quantiles;
  std::optional<MissingNumber> missing;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("normalize", normalize,
          "Normalisation: standard, (x - mean) / deviation; log, sign(x) log(1 + |x|); none");
    visit("edges", edges,
          "Yields the bin between these ascending edges instead. A value on an edge is in the bin above it.");
    visit("quantiles", quantiles, "Yields one of N bins with equal counts instead. Equal edges are merged.",
          Range::between(2, kMostIds));
    visit("missing", missing, kMissingNumberHelp);
  }
  bool yields_ids() const { return !edges.empty() || quantiles.has_value(); }
  void check(const Value& value, const Where& where) const;
  std::unique_ptr<FeatureFit> make_fit() const;
  static std::unique_ptr<const Feature> load(const nlohmann::json& feature);
};

// The edges that split ascending values into `count` bins: a share of i/count of the values is before edge i.
std::vector<double> quantile_edges(const std::vector<double>& sorted, int32_t count);

}  // namespace shortlist
