// A feature: from a column's values to ids or numbers. Fitted once, then a pure function.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "shortlist/base/fields.h"
#include "shortlist/table/column.h"
#include "shortlist/table/encoded.h"

namespace shortlist {

// A feature has no more ids.
inline constexpr int32_t kMostIds = 1'000'000'000;

// How a person gives a value: what a form needs to know.
enum class InputKind { one, several, words, number, time, vector };
template <>
struct EnumNames<InputKind> {
  static constexpr std::pair<InputKind, std::string_view> names[] = {
      {InputKind::one, "one"},       {InputKind::several, "several"}, {InputKind::words, "words"},
      {InputKind::number, "number"}, {InputKind::time, "time"},       {InputKind::vector, "vector"}};
};
struct InputForm {
  InputKind kind = InputKind::one;
  // Numbers and times: the range of what the fit saw, where that is known.
  std::optional<double> least, most;
};

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

  virtual InputForm input() const = 0;

  // The value that an id stands for, for people: a word, "[UNK]", "[1.5, 3)"; empty where there is none.
  virtual std::string token(int32_t id) const = 0;

  // Everything that from_json() needs to make the same feature again.
  virtual nlohmann::json to_json() const = 0;
};

// How often each value of a column stands in the table.
using Counts = std::span<const uint32_t>;

// Collects what a feature has to know. Partial fits of parts of a table merge exactly: order does not matter.
class FeatureFit {
 public:
  virtual ~FeatureFit() = default;
  // May be called first, with all values of the column, also those of rows that the fit does not see: how
  // they are written, such as a time's unit, is the whole column's. Without it observe() finds that out.
  virtual void survey(const Column&) {}
  // Takes over what the survey of another fit of the same kind and settings found.
  virtual void share_survey(const FeatureFit&) {}
  virtual void observe(const Column& values, Counts counts) = 0;
  virtual void merge(const FeatureFit& other) = 0;  // the same kind and settings
  virtual std::unique_ptr<const Feature> finish() = 0;
};

}  // namespace shortlist
