#include "shortlist/recommend/item_cosines.h"

#include <cmath>

#include "shortlist/index/exact_search.h"
#include "shortlist/index/int8.h"
#include "shortlist/index/int8_index.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

Buffer of_length_one(ConstMatrix vectors) {
  Buffer unit(vectors.rows, vectors.cols);
  const Matrix rows = unit.view(vectors.rows, vectors.cols);
  for (size_t r = 0; r < vectors.rows; ++r) {
    const float square = sum_of_squares(vectors.row_span(r));
    std::ranges::copy(vectors.row_span(r), rows.row(r));
    scale(rows.row_span(r), square > 0 ? 1 / std::sqrt(square) : 0);
  }
  return unit;
}

}  // namespace

struct ItemCosines::Searched {
  explicit Searched(ConstMatrix vectors) : memory(of_length_one(vectors)) {
    ThreadPool one(1);
    unit = memory.view(vectors.rows, vectors.cols);
    if (unit.cols <= kMostInt8Width) {
      index = std::make_unique<Int8Index>(unit, one);
    } else {
      index = std::make_unique<ExactIndex>(unit, one);
    }
  }
  Buffer memory;
  ConstMatrix unit;
  std::unique_ptr<Index> index;
};

ItemCosines::ItemCosines(ConstMatrix vectors) : vectors_(vectors) {}
ItemCosines::~ItemCosines() = default;

std::vector<SimilarItem> ItemCosines::most_similar(uint32_t item, size_t k) const {
  std::call_once(once_, [&] { searched_ = std::make_unique<Searched>(vectors_); });
  // One more than requested, because the item is normally among its own neighbours.
  const Found found = searched_->index->search(searched_->unit.slice(item, item + 1), k + 1).front();
  std::vector<SimilarItem> similar;
  for (const Scored& scored : found.best) {
    if (scored.index != item && similar.size() < k) similar.push_back({scored.index, double{scored.score}});
  }
  return similar;
}

}  // namespace shortlist
