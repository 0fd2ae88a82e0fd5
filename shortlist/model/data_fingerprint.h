// Tells whether a table, its split and the features fitted on it are those of an earlier run, and if not,
// what differs. Cheap: it hashes each distinct value of a column once, and four bytes a row and column.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/table/coded_column.h"

namespace shortlist {

// SHA-256 of a column's first `rows` rows: their distinct values as text, in order of first appearance, and
// the value of each row. The same for any format of file and type of column that reads to the same texts.
std::string column_fingerprint(const CodedColumn& column, size_t rows);
inline std::string column_fingerprint(const CodedColumn& column) {
  return column_fingerprint(column, column.codes.size());
}

struct DataFingerprint {
  uint64_t rows = 0;
  std::vector<std::pair<std::string, std::string>> columns;  // those that the config uses: name, fingerprint
  // Sizes and SHA-256 of the split's row numbers; not set where the table was not split.
  uint64_t train = 0, validation = 0, test = 0;
  std::string split;
  std::string features;  // SHA-256 of the fitted features
  // Of the tables of items and users, with the rows that no interaction has: "items", SHA-256.
  std::vector<std::pair<std::string, std::string>> side_tables;

  bool operator==(const DataFingerprint&) const = default;
};

// "" or how the table of `now` differs from that of `then`: "column 'rating' has other values". Columns that
// only one of them has are not compared.
std::string table_difference(const DataFingerprint& then, const DataFingerprint& now);
// The same of the splits, of the tables of items and users, and of the fitted features.
std::string split_difference(const DataFingerprint& then, const DataFingerprint& now);
std::string side_table_difference(const DataFingerprint& then, const DataFingerprint& now);
std::string features_difference(const DataFingerprint& then, const DataFingerprint& now);

nlohmann::json to_json(const DataFingerprint& fingerprint);
// Throws what nlohmann::json throws when it is not what to_json() makes.
DataFingerprint fingerprint_from_json(const nlohmann::json& json);

}  // namespace shortlist
