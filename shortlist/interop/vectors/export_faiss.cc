// items.faiss, little-endian:
// "IxFI" | i32 width | i64 vectors | i64 2^20, twice (no longer read) | u8 1: trained | i32 0: inner product
// u64 floats | the floats
#include "shortlist/interop/vectors/export_vectors.h"
#include "shortlist/interop/vectors/item_ids.h"
#include "shortlist/io/file.h"

namespace shortlist {
namespace {

template <typename T>
void put(AtomicFile& file, T value) {
  file.write(std::as_bytes(std::span(&value, 1)));
}

}  // namespace

void export_faiss(const std::string& folder, const ItemVectors& from) {
  const ConstMatrix& vectors = from.vectors;
  write_item_ids(folder, from.items);
  AtomicFile file(folder + "/items.faiss");
  file.write("IxFI");
  put(file, static_cast<int32_t>(vectors.cols));
  put(file, static_cast<int64_t>(vectors.rows));
  put(file, int64_t{1} << 20);
  put(file, int64_t{1} << 20);
  put(file, uint8_t{1});
  put(file, int32_t{0});
  put(file, uint64_t{vectors.rows * vectors.cols});
  for (size_t r = 0; r < vectors.rows; ++r) file.write(std::as_bytes(vectors.row_span(r)));
  file.commit();
}

}  // namespace shortlist
