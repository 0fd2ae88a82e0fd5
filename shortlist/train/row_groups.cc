#include "shortlist/train/row_groups.h"

namespace shortlist {

Groups RowGroups::by_number(std::span<const uint32_t> numbers) {
  number_.clear();
  for (const uint32_t number : numbers) number_.try_emplace(number, static_cast<uint32_t>(number_.size()));
  offsets_.assign(number_.size() + 2, 0);
  for (const uint32_t number : numbers) ++offsets_[number_.at(number) + 2];
  for (size_t g = 2; g < offsets_.size(); ++g) offsets_[g] += offsets_[g - 1];
  rows_.resize(numbers.size());
  for (uint32_t r = 0; r < numbers.size(); ++r) rows_[offsets_[number_.at(numbers[r]) + 1]++] = r;
  return {std::span(offsets_).first(number_.size() + 1), rows_};
}

Groups RowGroups::by_query(const Batch& batch) {
  number_.clear();
  for (uint32_t query : batch.queries().shown)
    number_.try_emplace(query, static_cast<uint32_t>(number_.size()));
  const auto group_of = [&](uint32_t row) {
    return number_.at(batch.queries().shown[batch.pair_query().source[batch.row_pair().source[row]]]);
  };
  const auto rows = static_cast<uint32_t>(batch.rows());
  offsets_.assign(number_.size() + 2, 0);
  for (uint32_t r = 0; r < rows; ++r) ++offsets_[group_of(r) + 2];
  for (size_t g = 2; g < offsets_.size(); ++g) offsets_[g] += offsets_[g - 1];
  rows_.resize(rows);
  for (uint32_t r = 0; r < rows; ++r) rows_[offsets_[group_of(r) + 1]++] = r;
  return {std::span(offsets_).first(number_.size() + 1), rows_};
}

}  // namespace shortlist
