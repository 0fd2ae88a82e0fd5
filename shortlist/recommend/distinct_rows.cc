#include "shortlist/recommend/distinct_rows.h"

#include <string>
#include <unordered_map>

namespace shortlist {
namespace {

template <typename T>
void append(std::span<const T> values, std::string& key) {
  key.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

// Includes the length of bags, so that adjacent columns cannot be confused.
void append(const EncodedColumn& column, size_t row, std::string& key) {
  if (column.width > 0) return append(column.numbers(row), key);
  const std::span<const int32_t> bag = column.bag(row);
  const size_t size[] = {bag.size()};
  append(std::span<const size_t>(size), key);
  append(bag, key);
}

}  // namespace

DistinctRows distinct_rows(const EncodedRows& rows) {
  DistinctRows distinct;
  distinct.of.reserve(rows.rows);
  std::unordered_map<std::string, uint32_t> places;
  std::string key;
  for (size_t row = 0; row < rows.rows; ++row) {
    key.clear();
    for (const EncodedColumn& column : rows.columns) append(column, row, key);
    const auto [place, is_new] = places.try_emplace(key, static_cast<uint32_t>(distinct.first.size()));
    if (is_new) distinct.first.push_back(static_cast<uint32_t>(row));
    distinct.of.push_back(place->second);
  }
  return distinct;
}

}  // namespace shortlist
