#include "shortlist/interop/vectors/export_vectors.h"
#include "shortlist/interop/vectors/item_ids.h"
#include "shortlist/io/npy.h"

namespace shortlist {

void export_npy(const std::string& folder, const ItemVectors& from) {
  const ConstMatrix& vectors = from.vectors;
  SHORTLIST_CHECK(vectors.stride == vectors.cols);
  write_item_ids(folder, from.items);
  write_npy(folder + "/items.npy", {vectors.data, vectors.rows * vectors.cols}, vectors.rows, vectors.cols);
}

}  // namespace shortlist
