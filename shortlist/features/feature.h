// A feature: from a column's values to ids or numbers. Fitted once, then a pure function.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "shortlist/table/column.h"
#include "shortlist/table/encoded.h"

namespace shortlist {

// A fitted feature. Immutable; encode() may be called from many threads.
class Feature {
 public:
  virtual ~Feature() = default;
  virtual std::string_view kind() const = 0;  // as in the config: "category", "text", ...

  // Ids lie in [0, id_count()); 0 when the feature yields numbers.
  virtual int32_t id_count() const = 0;
  // Numbers a row; 0 when the feature yields ids.
  virtual int width() const { return 0; }

  // Appends one entry a row of `values` to `out`. Counts unseen values (out of vocabulary) in `unseen` if
  // given. Throws a data Error (without the column's name, with the row in the chunk) for a value that has no
  // meaning here.
  virtual void encode(const Column& values, EncodedColumn& out, uint64_t* unseen = nullptr) const = 0;

  // The value that an id stands for, for people: a word, "[UNK]", "[1.5, 3)"; empty where there is none.
  virtual std::string token(int32_t id) const = 0;

  // Everything that from_json() needs to make the same feature again.
  virtual nlohmann::json to_json() const = 0;
};

// How often each row of a column stands in the table; once when nothing else is said.
class RowCounts {
 public:
  RowCounts() = default;
  explicit RowCounts(std::span<const uint32_t> counts) : counts_(counts) {}
  uint32_t operator[](size_t row) const { return counts_.empty() ? 1 : counts_[row]; }

 private:
  std::span<const uint32_t> counts_;
};

// Collects what a feature has to know. Partial fits of parts of a table merge exactly: order does not matter.
class FeatureFit {
 public:
  virtual ~FeatureFit() = default;
  virtual void observe(const Column& values, RowCounts counts) = 0;
  virtual void merge(const FeatureFit& other) = 0;  // the same kind and settings
  virtual std::unique_ptr<const Feature> finish() = 0;
};

}  // namespace shortlist
