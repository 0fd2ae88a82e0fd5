// items.hnsw, little-endian, size_t as u64:
// u64 0 | u64 capacity | u64 nodes | u64 bytes of a node | u64 offset of its label | u64 offset of its vector
// i32 highest layer, -1 without nodes | u32 entry node | u64 M | u64 2 M | u64 M | f64 1 / ln M
// u64 ef_construction
//  nodes     u32 number of neighbours in layer 0 | 2 M u32 neighbours | floats | u64 label
// upper     for each node u32 bytes that follow | for each layer from 1 up: u32 count | M u32 neighbors
#include "shortlist/interop/vectors/export_hnswlib.h"

#include <cmath>

#include "shortlist/interop/vectors/item_ids.h"
#include "shortlist/io/file.h"

namespace shortlist {
namespace {

class HnswlibWriter {
 public:
  HnswlibWriter(const std::string& path, ConstMatrix vectors, const Hnsw& index)
      : file_(path), vectors_(vectors), index_(index), graph_(index.graph()) {}

  void write() {
    header();
    for (uint32_t node = 0; node < graph_.size(); ++node) {
      links(node, 0);
      file_.write(std::as_bytes(vectors_.row_span(node)));
      put(uint64_t{node});
    }
    for (uint32_t node = 0; node < graph_.size(); ++node) {
      put(static_cast<uint32_t>(graph_.level(node) * links_bytes(1)));
      for (int layer = 1; layer <= graph_.level(node); ++layer) links(node, layer);
    }
    file_.commit();
  }

 private:
  template <typename T>
  void put(T value) {
    file_.write(std::as_bytes(std::span(&value, 1)));
  }
  size_t links_bytes(int layer) const { return (1 + graph_.most_neighbors(layer)) * sizeof(uint32_t); }

  void header() {
    const uint64_t nodes = graph_.size(), m = graph_.connections();
    const uint64_t vector = links_bytes(0), label = vector + vectors_.cols * sizeof(float);
    for (const uint64_t value : {uint64_t{0}, nodes, nodes, label + sizeof(uint64_t), label, vector})
      put(value);
    put(nodes == 0 ? -1 : static_cast<int32_t>(graph_.level(graph_.entry_point())));
    put(graph_.entry_point());
    for (const uint64_t value : {m, 2 * m, m}) put(value);
    put(1 / std::log(static_cast<double>(m)));
    put(static_cast<uint64_t>(index_.config().ef_construction));
  }

  void links(uint32_t node, int layer) {
    const auto neighbors = graph_.neighbors(node, layer);
    std::vector<uint32_t> row(1 + graph_.most_neighbors(layer), 0);
    row[0] = static_cast<uint32_t>(neighbors.size());
    std::copy(neighbors.begin(), neighbors.end(), row.begin() + 1);
    file_.write(std::as_bytes(std::span(row)));
  }

  AtomicFile file_;
  ConstMatrix vectors_;
  const Hnsw& index_;
  const HnswGraph& graph_;
};

}  // namespace

void export_hnswlib(const std::string& folder, const ItemVectors& from, const Hnsw& index) {
  SHORTLIST_CHECK(index.size() == from.vectors.rows && index.width() == from.vectors.cols);
  write_item_ids(folder, from.items);
  HnswlibWriter(folder + "/items.hnsw", from.vectors, index).write();
}

}  // namespace shortlist
