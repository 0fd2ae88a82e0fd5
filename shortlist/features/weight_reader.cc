#include "shortlist/features/weight_reader.h"

#include <cmath>

#include "shortlist/features/cell.h"
#include "shortlist/features/number_list.h"

namespace shortlist {

void WeightReader::begin_row(size_t row) {
  row_ = row;
  values_ = 0;
  try {
    given_ = read_number_list(column_, row, weights_) && !weights_.empty();
  } catch (const RowError& error) {
    throw error.at_row(row).in_column(name_);
  }
  for (const double weight : weights_)
    if (!std::isfinite(static_cast<float>(weight)))
      throw RowError(row, "a weight is missing or infinite; need a number for each value", name_);
}

void WeightReader::next(bool kept) {
  const size_t place = values_++;
  if (!kept) return;
  out_.weights.push_back(given_ && place < weights_.size() ? static_cast<float>(weights_[place]) : 1.0f);
}

void WeightReader::end_row() const {
  if (!given_ || values_ == weights_.size()) return;
  throw RowError(
      row_, fmt::format("got {} weights for {} values, need one for each", weights_.size(), values_), name_);
}

}  // namespace shortlist
