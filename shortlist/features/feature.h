// A feature maps a column's values to ids or numbers. It is fitted once and is a pure function afterwards.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/table/column.h"
#include "shortlist/table/column_request.h"
#include "shortlist/table/encoded.h"

namespace shortlist {

// Maximum number of ids of a feature.
inline constexpr int32_t kMostIds = 1'000'000'000;

// How a person enters a value: determines the form field.
enum class InputKind { one, several, words, number, time, vector };
template <>
struct EnumNames<InputKind> {
  static constexpr std::pair<InputKind, std::string_view> names[] = {
      {InputKind::one, "one"},       {InputKind::several, "several"}, {InputKind::words, "words"},
      {InputKind::number, "number"}, {InputKind::time, "time"},       {InputKind::vector, "vector"}};
};
struct InputForm {
  InputKind kind = InputKind::one;
  // Numbers and times: the range of the fitted values, if known.
  std::optional<double> least, most;
};

// A fitted feature. Immutable; encode() may be called from many threads.
class Feature {
 public:
  virtual ~Feature() = default;
  virtual std::string_view kind() const = 0;  // as in the config: "category", "text", ...

  // Ids are in [0, id_count()). 0 if the feature yields numbers.
  virtual int32_t id_count() const = 0;
  // Numbers per row; 0 if the feature yields ids.
  virtual int width() const { return 0; }

  // Appends one entry per row of `values` to `out`. If `unseen` is given, adds the number of unseen
  // (out-of-vocabulary) values to it. Throws a data Error for an invalid value; it has the row within the
  // chunk but not the column's name.
  virtual void encode(const Column& values, EncodedColumn& out, uint64_t* unseen = nullptr) const = 0;

  // The columns that the feature reads besides its own, and how.
  virtual std::vector<ColumnRequest> further_columns() const { return {}; }
  // encode() for all columns of the feature: its own, then the further ones, with equally many rows.
  virtual void encode_rows(std::span<const Column* const> columns, EncodedColumn& out,
                           uint64_t* unseen = nullptr) const {
    encode(*columns[0], out, unseen);
  }

  virtual InputForm input() const = 0;
  // The form of a further column, counted from 0.
  virtual InputForm further_input(size_t) const { return input(); }

  // The value of an id in readable form: a word, "[UNK]", "[1.5, 3)". Empty if there is none.
  virtual std::string token(int32_t id) const = 0;

  // Everything that is needed to load the same feature again.
  virtual nlohmann::json to_json() const = 0;
};

// How often each value of a column occurs in the table.
using Counts = std::span<const uint32_t>;

// Collects the statistics that a feature needs. Fits of parts of a table merge exactly, in any order.
class FeatureFit {
 public:
  virtual ~FeatureFit() = default;
  // Optional; called before observe() with all values of the column, including rows that are not fitted.
  // Determines how the whole column is written, such as a time's unit. Without it, observe() determines that.
  virtual void survey(const Column&) {}
  // Copies the survey results of another fit of the same kind and settings.
  virtual void share_survey(const FeatureFit&) {}
  virtual void observe(const Column& values, Counts counts) = 0;
  virtual void merge(const FeatureFit& other) = 0;  // requires the same kind and settings
  // Before finish(): values that have an id in an earlier feature of this kind get one again, however rare
  // they are now; with `keep` also those that were not observed. Does nothing if nothing is counted.
  virtual void admit(const Feature&, bool /*keep*/) {}
  virtual std::unique_ptr<const Feature> finish() = 0;
};

}  // namespace shortlist
