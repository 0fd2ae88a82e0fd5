#include "shortlist/features/take_rows.h"

#include <utility>

#include "shortlist/features/bag_writer.h"

namespace shortlist {

EncodedColumn take_rows(EncodedColumn column, std::span<const uint32_t> rows) {
  EncodedColumn taken{.width = column.width};
  if (!column.ends.empty()) {
    for (uint32_t row : rows) {
      taken.offsets.push_back(column.offsets[row]);
      taken.ends.push_back(column.ends[row]);
    }
    taken.ids = std::move(column.ids);
    return taken;
  }
  BagWriter bags(taken);
  for (uint32_t row : rows) {
    if (column.width > 0) {
      const auto numbers = column.numbers(row);
      taken.values.insert(taken.values.end(), numbers.begin(), numbers.end());
    } else {
      for (int32_t id : column.bag(row)) bags.add(id);
      bags.end_row();
      const auto weights = column.weights_of(row);
      taken.weights.insert(taken.weights.end(), weights.begin(), weights.end());
    }
  }
  return taken;
}

}  // namespace shortlist
