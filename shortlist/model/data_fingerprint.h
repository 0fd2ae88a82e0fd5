// Checks whether a table, its split and its fitted features are those of an earlier run, and describes what
// differs. Cheap: hashes each distinct value of a column once, plus four bytes per row and column.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/table/coded_column.h"

namespace shortlist {

// SHA-256 of a column's first `rows` rows: their distinct values as text, in order of first appearance, and
// the value of each row. Independent of file format and column type, as long as the texts are equal.
std::string column_fingerprint(const CodedColumn& column, size_t rows);
inline std::string column_fingerprint(const CodedColumn& column) {
  return column_fingerprint(column, column.codes.size());
}

struct DataFingerprint {
  uint64_t rows = 0;
  std::vector<std::pair<std::string, std::string>>
      columns;  // columns that the config uses: name, fingerprint
  // Sizes and SHA-256 of the split's row numbers. Not set if the table was not split.
  uint64_t train = 0, validation = 0, test = 0;
  std::string split;
  std::string features;  // SHA-256 of the fitted features
  // The tables of items and users, including rows that no interaction refers to: "items", SHA-256.
  std::vector<std::pair<std::string, std::string>> side_tables;

  bool operator==(const DataFingerprint&) const = default;
};

// Returns "" or how the table of `now` differs from that of `then`: "column 'rating' has other values".
// Columns that only one of them has are not compared.
std::string table_difference(const DataFingerprint& then, const DataFingerprint& now);
// The same for the splits, the tables of items and users, and the fitted features.
std::string split_difference(const DataFingerprint& then, const DataFingerprint& now);
std::string side_table_difference(const DataFingerprint& then, const DataFingerprint& now);
std::string features_difference(const DataFingerprint& then, const DataFingerprint& now);

nlohmann::json to_json(const DataFingerprint& fingerprint);
// Throws nlohmann::json's exceptions if it is not the output of to_json().
DataFingerprint fingerprint_from_json(const nlohmann::json& json);

}  // namespace shortlist
