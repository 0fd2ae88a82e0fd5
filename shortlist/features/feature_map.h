// All fitted features of a model: from a table's rows to numbers, the same in training and serving.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/features/column_form.h"
#include "shortlist/features/feature.h"
#include "shortlist/features/feature_config.h"
#include "shortlist/table/column.h"
#include "shortlist/table/encoded.h"
#include "shortlist/table/table.h"

namespace shortlist {

// Immutable once made; encode() may be called from many threads. Copies share the features.
class FeatureMap {
 public:
  struct Entry {
    std::string name, column;
    std::shared_ptr<const Feature> feature;
  };

  FeatureMap() = default;
  explicit FeatureMap(std::vector<Entry> entries, ColumnForms forms = {});

  size_t size() const { return entries_.size(); }
  const Entry& operator[](size_t i) const { return entries_[i]; }
  // The feature's position, or a usage Error that names the nearest one there is.
  size_t position(std::string_view name) const;

  // The columns that encode() takes, each once, in the order of their first use.
  const std::vector<std::string>& columns() const { return columns_; }
  // The forms of these and of other columns that a model's table has: of ids, users and attributes.
  const ColumnForms& forms() const { return *forms_; }
  // The column's form; text where none is known.
  TextForm form(std::string_view column) const;
  // What the columns are read for from a table: what their features take.
  std::vector<ColumnRequest> requests() const;
  // Which of columns() feature i reads.
  size_t column_of(size_t i) const { return column_of_[i]; }

  // Some of the features, in the order asked for: those of one tower. Throws as position().
  FeatureMap select(std::span<const std::string> names) const;

  // Appends all rows of the columns, which begin with columns(), to `out`, one encoded column a feature.
  // Texts are brought into the columns' forms first. Adds to unseen[i] the values that feature i never saw in
  // its fit, if `unseen` is not empty. Throws a RowError with row and column for a value that has no meaning;
  // `out` then holds a part of the rows.
  void encode(std::span<const Column> columns, EncodedRows& out, std::span<uint64_t> unseen = {}) const;

  nlohmann::json to_json() const;
  // Encodes as the map that to_json() was called on. Throws a data Error when it does not fit.
  static FeatureMap from_json(const nlohmann::json& json);

 private:
  std::vector<Entry> entries_;
  std::shared_ptr<const ColumnForms> forms_ = std::make_shared<ColumnForms>();
  std::vector<std::string> columns_;
  std::vector<size_t> column_of_;
};

// What a feature of this kind takes a column for.
ReadAs read_as(std::string_view feature_kind);

// Fits the features of a map. Parts of a table may be fitted apart, in any order, and merged.
class FeatureMapFit {
 public:
  explicit FeatureMapFit(std::span<const FeatureConfig> configs);

  const std::vector<std::string>& columns() const { return columns_; }
  // As FeatureFit::survey(), for every feature of that column. Throws as observe().
  void survey(std::string_view column, const Column& values);
  // Values of a column, value i standing counts[i] times in the table, for every feature of that column.
  // Throws a RowError, whose row is the value's place, for a value that has no meaning.
  void observe(std::string_view column, const Column& values, Counts counts);
  // A fit of the same features that knows what survey() found and has observed nothing: for a part of the
  // table.
  FeatureMapFit part() const;
  // Requires a fit of the same configs.
  void merge(const FeatureMapFit& other);
  // Call once, at the end.
  FeatureMap finish(ColumnForms forms = {});

 private:
  struct Part {
    std::string name, column;
    std::unique_ptr<FeatureFit> fit;
  };
  std::vector<FeatureConfig> configs_;
  std::vector<Part> parts_;
  std::vector<std::string> columns_;
};

// The rows of a column that a fit or a split wants, in the order given; the texts stay where they are.
Column take_rows(const Column& column, std::span<const uint32_t> rows);

}  // namespace shortlist
