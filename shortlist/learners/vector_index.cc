#include "shortlist/learners/vector_index.h"

#include <algorithm>

#include "shortlist/index/bf16_index.h"
#include "shortlist/index/exact_search.h"
#include "shortlist/index/int8_index.h"
#include "shortlist/math/product.h"

namespace shortlist {
namespace {

constexpr const char* kGraphFile = "index.safetensors";
// Approximate number of items that a graph search compares with a query.
constexpr double kGraphVisits = 2'000;

std::unique_ptr<Index> make_index(IndexKind kind, ConstMatrix vectors) {
  ThreadPool one(1);
  switch (kind) {
    case IndexKind::bf16:
      return std::make_unique<Bf16Index>(vectors, one);
    case IndexKind::int8:
      return std::make_unique<Int8Index>(vectors, one);
    case IndexKind::exact:
    case IndexKind::hnsw:
      break;
  }
  return std::make_unique<ExactIndex>(vectors, one);
}

std::vector<Found> search(const Index& index, ConstMatrix queries, size_t k, Eligible eligible,
                          LeftOutItems left_out, const Deadline& deadline, bool by_mask) {
  return search_without([&](ConstMatrix some, size_t wanted,
                            Eligible allowed) { return index.search(some, wanted, allowed, deadline); },
                        queries, k, index.size(), eligible, left_out, by_mask);
}

}  // namespace

VectorIndex::VectorIndex(ConstMatrix vectors, IndexKind kind, std::unique_ptr<Hnsw> graph)
    : vectors_(vectors), kind_(kind), graph_(std::move(graph)) {
  SHORTLIST_CHECK((kind == IndexKind::hnsw) == (graph_ != nullptr));
}

const Index& VectorIndex::index() const {
  if (graph_ != nullptr) return *graph_;
  std::call_once(made_, [&] { own_ = make_index(kind_, vectors_); });
  return *own_;
}

const Index& VectorIndex::exact_index() const {
  if (kind_ == IndexKind::exact) return index();
  std::call_once(exact_made_, [&] { exact_ = make_index(IndexKind::exact, vectors_); });
  return *exact_;
}

void VectorIndex::score_all(ConstMatrix queries, Matrix scores) const {
  Panels panels;
  panels.pack_transposed(vectors_);
  multiply(queries, panels, scores);
}

std::vector<Found> VectorIndex::retrieve(ConstMatrix queries, size_t k, Eligible eligible,
                                         LeftOutItems left_out, const Deadline& deadline) const {
  return search(index(), queries, k, eligible, left_out, deadline, graph_ != nullptr);
}

std::vector<Found> VectorIndex::retrieve_exactly(ConstMatrix queries, size_t k, Eligible eligible,
                                                 LeftOutItems left_out, const Deadline& deadline) const {
  return search(exact_index(), queries, k, eligible, left_out, deadline, false);
}

double VectorIndex::operations() const {
  const auto items = static_cast<double>(vectors_.rows), width = static_cast<double>(vectors_.cols);
  switch (kind_) {
    case IndexKind::int8:
      return items * width / 4;
    case IndexKind::hnsw:
      return std::min(items, kGraphVisits) * width;
    default:
      return items * width;
  }
}

size_t VectorIndex::memory_bytes() const {
  const size_t numbers = vectors_.rows * vectors_.cols;
  switch (kind_) {
    case IndexKind::exact:
      return numbers * sizeof(float);
    case IndexKind::bf16:
      return numbers * sizeof(uint16_t);
    case IndexKind::int8:
      break;
    case IndexKind::hnsw:
      return numbers + (graph_->graph().base().size_bytes() + graph_->graph().upper().size_bytes());
  }
  return numbers;
}

void VectorIndex::save(RetrieverWriter& files) const {
  if (graph_ == nullptr) return;
  files.add(kGraphFile, [&](const std::string& path) { graph_->save(path, false); });
}

std::unique_ptr<Hnsw> load_graph(ConstMatrix vectors, IndexKind kind, RetrieverReader& files) {
  std::unique_ptr<Hnsw> graph;
  if (kind == IndexKind::hnsw) {
    files.read(kGraphFile,
               [&](StoredFile file) { graph = Hnsw::load(std::move(file.bytes), file.path, vectors); });
  }
  return graph;
}

}  // namespace shortlist
