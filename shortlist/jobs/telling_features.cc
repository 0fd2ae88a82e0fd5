#include "shortlist/jobs/telling_features.h"

#include <fmt/format.h>

#include <numeric>
#include <string_view>
#include <unordered_map>

#include "shortlist/init/telling_columns.h"

namespace shortlist {
namespace {

// The value of a distinct query, as bytes.
template <typename T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}
std::string_view value_of(const EncodedColumn& column, size_t row) {
  return column.width > 0 ? bytes_of(column.numbers(row)) : bytes_of(column.bag(row));
}

// Numbers the values. Equal values get equal numbers.
std::vector<uint32_t> number_values(const EncodedColumn& column, size_t rows) {
  std::unordered_map<std::string_view, uint32_t> numbers;
  std::vector<uint32_t> of_row;
  for (size_t row = 0; row < rows; ++row) {
    const auto next = static_cast<uint32_t>(numbers.size());
    of_row.push_back(numbers.emplace(value_of(column, row), next).first->second);
  }
  return of_row;
}

}  // namespace

std::vector<std::string> warnings_of_telling_features(const Config& config, const Dataset& data) {
  std::vector<uint32_t> rows = data.split.train;
  if (rows.empty()) {
    rows.resize(data.rows);
    std::iota(rows.begin(), rows.end(), 0);
  }
  std::vector<uint32_t> items;
  for (const uint32_t row : rows) items.push_back(data.item_of_candidate[data.candidate_of_row[row]]);
  std::vector<std::string> warnings;
  for (size_t f = 0; f < config.query.features.size(); ++f) {
    const std::vector<uint32_t> numbers = number_values(data.queries.columns[f], data.queries.rows);
    std::vector<uint32_t> values;
    for (const uint32_t row : rows) values.push_back(numbers[data.query_of_row[row]]);
    const double share = telling_share(values, items);
    if (share < kTelling) continue;
    warnings.push_back(
        fmt::format("The query's '{}' alone nearly identifies the {}: in {:.0f} % of the training rows with "
                    "a repeated value, that value occurs with only one {}. If it is not known before the "
                    "item is, remove it from the query.",
                    config.query.features[f], config.items.id, 100 * share, config.items.id));
  }
  return warnings;
}

}  // namespace shortlist
