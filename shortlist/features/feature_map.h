// All fitted features of a model. Encodes table rows the same way in training and serving.
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

// Immutable; encode() may be called from many threads. Copies share the features.
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
  // The feature's position. Throws a usage Error that suggests the nearest name if there is no such feature.
  size_t position(std::string_view name) const;

  // The columns that encode() takes, without duplicates, in order of first use.
  const std::vector<std::string>& columns() const { return columns_; }
  // The forms of these columns and of the table's other id, user and attribute columns.
  const ColumnForms& forms() const { return *forms_; }
  // The column's form; text if unknown.
  TextForm form(std::string_view column) const;
  // How to read each column from a table, as its features need it.
  std::vector<ColumnRequest> requests() const;
  // Index in columns() of the column that feature i reads.
  size_t column_of(size_t i) const { return columns_of_[i].front(); }
  // The same for all columns that feature i reads, its own first.
  const std::vector<size_t>& columns_of(size_t i) const { return columns_of_[i]; }

  // A subset of the features, in the given order: those of one tower. Throws like position().
  FeatureMap select(std::span<const std::string> names) const;

  // Appends all rows of the columns to `out`, one encoded column per feature. `columns` must begin with
  // columns(). Texts are first converted to their columns' forms. If `unseen` is not empty, adds the number
  // of values that feature i did not see in its fit to unseen[i]. Throws a RowError with row and column for
  // an invalid value; `out` then has only part of the rows.
  void encode(std::span<const Column> columns, EncodedRows& out, std::span<uint64_t> unseen = {}) const;

  nlohmann::json to_json() const;
  // Restores the map that to_json() was called on. Throws a data Error for invalid JSON.
  static FeatureMap from_json(const nlohmann::json& json);

 private:
  std::vector<Entry> entries_;
  std::shared_ptr<const ColumnForms> forms_ = std::make_shared<ColumnForms>();
  std::vector<std::string> columns_;
  std::vector<std::vector<size_t>> columns_of_;
};

// A fit that continues an earlier one.
struct EarlierFeatures {
  const FeatureMap& features;
  bool keep_values = false;  // values that the table no longer has keep their ids
};

// Fits the features of a map. Parts of a table can be fitted separately, in any order, and merged.
class FeatureMapFit {
 public:
  explicit FeatureMapFit(std::span<const FeatureConfig> configs);

  const std::vector<std::string>& columns() const { return columns_; }
  // Calls FeatureFit::survey() for every feature of that column. Throws like observe().
  void survey(std::string_view column, const Column& values);
  // Observes a column's values for every feature of that column; value i occurs counts[i] times in the table.
  // Throws a RowError whose row is the value's position if a value is invalid.
  void observe(std::string_view column, const Column& values, Counts counts);
  // A fit of the same features for a part of the table: it has the survey() results and no observations.
  FeatureMapFit part() const;
  // Requires a fit of the same configs.
  void merge(const FeatureMapFit& other);
  // Call once, at the end. Throws a usage Error if features that share a table have different settings.
  // With `earlier`, categories keep the values of the earlier features that are observed again, and all other
  // features are the earlier ones. Then also throws a usage Error if the features do not match.
  FeatureMap finish(ColumnForms forms = {}, const EarlierFeatures* earlier = nullptr);

 private:
  struct Part {
    std::string name, column;
    std::unique_ptr<FeatureFit> fit;
  };
  // Merges the fit of a feature into that of the first feature that shares its table. Returns that one.
  size_t join_table(size_t part);
  void check_hashed_tables(const std::vector<FeatureMap::Entry>& entries) const;

  std::vector<FeatureConfig> configs_;
  std::vector<Part> parts_;
  std::vector<std::string> columns_;
};

// Selects rows of a column, in the given order. Texts are not copied.
Column take_rows(const Column& column, std::span<const uint32_t> rows);

}  // namespace shortlist
