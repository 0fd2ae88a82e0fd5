// One value of each of several columns, hashed to a bucket together: each combination of values has an
// embedding of its own. Nothing is fitted, and combinations may collide. Keras's HashedCrossing, which is
// TensorFlow's SparseCross: h = 956888297470, then h = FingerprintCat64(h, v) for each value v, modulo the
// number of buckets; v is an integer itself, and the fingerprint64 of a text.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/features/feature.h"
#include "shortlist/features/missing_value.h"

namespace shortlist {

struct CrossedSettings {
  static constexpr const char* kind = "crossed";
  static constexpr const char* help =
      "The combination of one value of each of several columns, hashed to a bucket; needs no vocabulary";
  std::vector<std::string> columns;
  int32_t buckets = 1024;
  MissingValue missing = MissingValue::empty;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("columns", columns,
          "The columns, two or more, in an order that the hash depends on: [\"genre\", \"country\"]");
    visit("buckets", buckets, "Number of ids", Range::between(1, kMostIds));
    visit("missing", missing,
          "How to treat a row in which a value is missing: empty (no id, zeros), token (an id of its own), "
          "error, oov (the id 0)");
  }
  static constexpr bool yields_ids() { return true; }
  void check(const Value& value, const Where& where) const;
  std::string own_column() const { return columns.empty() ? "" : columns.front(); }
  std::vector<ColumnRequest> further_columns() const;
  std::unique_ptr<FeatureFit> make_fit() const;
  static std::unique_ptr<const Feature> load(const nlohmann::json& feature);
};

}  // namespace shortlist
