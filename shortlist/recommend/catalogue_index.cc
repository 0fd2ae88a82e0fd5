#include "shortlist/recommend/catalogue_index.h"

#include <cmath>

#include "shortlist/index/bf16_index.h"
#include "shortlist/index/exact_search.h"
#include "shortlist/index/int8.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

// None where the bundle holds the index.
std::unique_ptr<Index> make_index(const Bundle& bundle) {
  ThreadPool one(1);
  const ConstMatrix embeddings = bundle.candidate_embeddings();
  switch (bundle.config.retrieval ? bundle.config.retrieval->index : IndexKind::exact) {
    case IndexKind::exact:
      return std::make_unique<ExactIndex>(embeddings, one);
    case IndexKind::bf16:
      return std::make_unique<Bf16Index>(embeddings, one);
    case IndexKind::int8:
      return std::make_unique<Int8Index>(embeddings, one);
    case IndexKind::hnsw:
      break;
  }
  return nullptr;
}

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

struct CatalogueIndex::Cosines {
  explicit Cosines(ConstMatrix embeddings) : memory(of_length_one(embeddings)) {
    ThreadPool one(1);
    unit = memory.view(embeddings.rows, embeddings.cols);
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

CatalogueIndex::CatalogueIndex(const Bundle& bundle)
    : embeddings_(bundle.candidate_embeddings()),
      own_(make_index(bundle)),
      index_(own_ != nullptr ? *own_ : *bundle.hnsw) {}

CatalogueIndex::~CatalogueIndex() = default;

std::vector<Found> CatalogueIndex::search(ConstMatrix queries, size_t k, Eligible eligible,
                                          const Deadline& deadline) const {
  return index_.search(queries, k, eligible, deadline);
}

std::vector<SimilarItem> CatalogueIndex::most_similar(uint32_t item, size_t k) const {
  std::call_once(once_, [&] { cosines_ = std::make_unique<Cosines>(embeddings_); });
  // One more than asked for, since the item is among its own best, if no k others are as good.
  const Found found = cosines_->index->search(cosines_->unit.slice(item, item + 1), k + 1).front();
  std::vector<SimilarItem> similar;
  for (const Scored& scored : found.best) {
    if (scored.index != item && similar.size() < k) similar.push_back({scored.index, double{scored.score}});
  }
  return similar;
}

}  // namespace shortlist
