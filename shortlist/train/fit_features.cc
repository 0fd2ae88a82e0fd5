#include "shortlist/train/fit_features.h"

#include <algorithm>

#include "shortlist/base/take.h"
#include "shortlist/features/take_rows.h"
#include "shortlist/train/table_times.h"

namespace shortlist {
namespace {

// Counts all rows of the interactions if `rows` is null.
ValueCounts count_values(const CodedColumn& column, size_t all_rows, const std::vector<uint32_t>* rows) {
  std::vector<uint32_t> counts(column.distinct());
  if (rows == nullptr) {
    for (size_t row = 0; row < all_rows; ++row) ++counts[column.codes[row]];
  } else {
    for (const uint32_t row : *rows) ++counts[column.codes[row]];
  }
  ValueCounts found;
  for (uint32_t code = 0; code < counts.size(); ++code) {
    if (counts[code] == 0) continue;
    found.codes.push_back(code);
    found.counts.push_back(counts[code]);
  }
  return found;
}

// Encodes rows of a feature that reads several columns. Throws the error of a row with the row's number in
// the table.
EncodedColumn encode_rows(const FeatureMap::Entry& entry, const DataColumns& columns,
                          const std::vector<uint32_t>& rows, uint64_t& unseen) {
  std::vector<std::string> names = {entry.column};
  for (const ColumnRequest& further : entry.feature->further_columns()) names.push_back(further.name);
  std::vector<Column> values;
  for (const std::string& name : names) {
    const CodedColumn& column = columns.find(name);
    std::vector<uint32_t> codes;
    for (uint32_t row : rows) codes.push_back(column.codes[row]);
    values.push_back(take_rows(column.values, codes));
  }
  std::vector<const Column*> read;
  for (const Column& column : values) read.push_back(&column);
  EncodedColumn encoded{.width = entry.feature->width()};
  try {
    entry.feature->encode_rows(read, encoded, &unseen);
  } catch (const RowError& error) {
    const CodedColumn& column = columns.find(error.column().empty() ? entry.column : error.column());
    throw_advised(error, columns, column, column.codes[rows[error.row()]]);
  }
  return encoded;
}

}  // namespace

FeatureMap fit_features(const DataSpec& spec, const DataColumns& columns, const std::vector<uint32_t>* rows,
                        ColumnForms forms, size_t part_values, const EarlierFeatures* earlier) {
  const CountValues count = [&](const CodedColumn& column) {
    return count_values(column, columns.rows, rows);
  };
  return fit_features(spec, columns, count, std::move(forms), part_values, earlier);
}

FeatureMap fit_features(const DataSpec& spec, const DataColumns& columns, const CountValues& count,
                        ColumnForms forms, size_t part_values, const EarlierFeatures* earlier) {
  std::vector<FeatureConfig> used = spec.features;
  for (FeatureConfig& feature : used) {
    use_table_format(columns.origin(feature.column).date_format, columns.find(feature.column).values,
                     feature);
  }
  FeatureMapFit fit(used);
  for (const std::string& name : fit.columns()) {
    const CodedColumn& column = columns.find(name);
    with_row_of(columns, column, [&] { fit.survey(name, column.values); });
    const ValueCounts counts = count(column);
    const auto observe = [&](FeatureMapFit& part, size_t begin, size_t size) {
      const auto codes = std::span(counts.codes).subspan(begin, size);
      try {
        part.observe(name, take_rows(column.values, codes), std::span(counts.counts).subspan(begin, size));
      } catch (const RowError& error) {
        throw_advised(error, columns, column, codes[error.row()]);
      }
    };
    // A part has all features, so one part a column would make the time grow with their square.
    if (counts.codes.size() <= part_values) {
      observe(fit, 0, counts.codes.size());
      continue;
    }
    for (size_t begin = 0; begin < counts.codes.size(); begin += part_values) {
      FeatureMapFit part = fit.part();
      observe(part, begin, std::min(part_values, counts.codes.size() - begin));
      fit.merge(part);
    }
  }
  return fit.finish(std::move(forms), earlier);
}

EncodedRows encode_distinct(const FeatureMap& tower, const DataColumns& columns,
                            const std::vector<uint32_t>& first,
                            std::vector<std::pair<std::string, uint64_t>>& unseen) {
  EncodedRows encoded{.rows = first.size()};
  for (size_t i = 0; i < tower.size(); ++i) {
    const CodedColumn& column = columns.find(tower[i].column);
    EncodedColumn distinct;
    uint64_t unknown = 0;
    if (tower.columns_of(i).size() > 1) {
      encoded.columns.push_back(encode_rows(tower[i], columns, first, unknown));
      if (unknown > 0) unseen.emplace_back(tower[i].name, unknown);
      continue;
    }
    with_row_of(columns, column, [&] { tower[i].feature->encode(column.values, distinct, &unknown); });
    if (unknown > 0) unseen.emplace_back(tower[i].name, unknown);
    encoded.columns.push_back(take_rows(std::move(distinct), take(column.codes, first)));
  }
  return encoded;
}

std::vector<const std::vector<uint32_t>*> codes_of(const FeatureMap& tower, const DataColumns& columns) {
  std::vector<const std::vector<uint32_t>*> codes;
  for (const std::string& name : tower.columns()) codes.push_back(&columns.find(name).codes);
  return codes;
}

}  // namespace shortlist
