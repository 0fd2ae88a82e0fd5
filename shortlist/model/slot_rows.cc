#include "shortlist/model/slot_rows.h"

#include <numeric>

namespace shortlist {

void SlotRows::add_to(Batch& batch) {
  if (batch.row_sets.size() < spec_.row_sets.size()) batch.row_sets.resize(spec_.row_sets.size());
  const size_t pairs = batch.pairs().count();
  for (size_t i = 0; i < rows_.size(); ++i) {
    Rows& rows = rows_[i];
    const auto slots = static_cast<size_t>(spec_.slots[i].slots);
    rows.source.resize(pairs * slots);
    for (size_t r = 0; r < rows.source.size(); ++r) rows.source[r] = static_cast<uint32_t>(r / slots);
    rows.offsets.resize(pairs + 1);
    for (size_t p = 0; p <= pairs; ++p) rows.offsets[p] = static_cast<uint32_t>(p * slots);
    rows.copies.resize(rows.source.size());
    std::iota(rows.copies.begin(), rows.copies.end(), 0);
    batch.at(spec_.slots[i].row_set) = {.parents = {RowMap{rows.source, rows.offsets, rows.copies}}};
  }
}

}  // namespace shortlist
