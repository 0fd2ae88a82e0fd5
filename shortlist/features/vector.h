// A vector of fixed width per row, given by the table: a list column, or text such as "[0.5, 1]".
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <utility>

#include "shortlist/base/fields.h"
#include "shortlist/features/feature.h"

namespace shortlist {

// A vector is missing if its row is NULL, it is empty, or any of its numbers is NaN or infinite.
enum class MissingVector { zeros, error };
template <>
struct EnumNames<MissingVector> {
  static constexpr std::pair<MissingVector, std::string_view> names[] = {{MissingVector::zeros, "zeros"},
                                                                         {MissingVector::error, "error"}};
};

struct VectorSettings {
  static constexpr const char* kind = "vector";
  static constexpr const char* help = "A list of numbers whose width is always the same";
  int32_t width = 0;
  bool l2_normalize = false;
  MissingVector missing = MissingVector::zeros;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("width", width, "Numbers per row. 0 takes the width of the table's lists.",
          Range::between(0, 1 << 20));
    visit("l2_normalize", l2_normalize, "Divide each vector by its length, except zeros");
    visit("missing", missing, "How to treat a missing vector: zeros, error");
  }
  static constexpr bool yields_ids() { return false; }
  void check(const Value& value, const Where& where) const;
  std::unique_ptr<FeatureFit> make_fit() const;
  static std::unique_ptr<const Feature> load(const nlohmann::json& feature);
};

}  // namespace shortlist
