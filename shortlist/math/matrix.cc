#include "shortlist/math/matrix.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "shortlist/base/spill.h"

namespace shortlist {

Buffer::Buffer(size_t size) : size_(size) {
  // A column of a few hundred rows spans more small pages than the TLB holds.
  constexpr size_t kHugePage = size_t{2} << 20, kWorthAPage = kHugePage / 8;
  size_t bytes = (size + kSlack) * sizeof(float);
  const size_t alignment = bytes >= kWorthAPage ? kHugePage : 64;
  bytes = (bytes + alignment - 1) / alignment * alignment;
  data_.reset(static_cast<float*>(spill_table(bytes)));
  if (data_ != nullptr) return;
  float* data = static_cast<float*>(std::aligned_alloc(alignment, bytes));
  if (data == nullptr) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
  if (alignment == kHugePage) madvise(data, bytes, MADV_HUGEPAGE);
#endif
  std::memset(data, 0, bytes);
  data_.reset(data);
}

void Buffer::Free::operator()(float* p) const {
  if (!unspill(p)) std::free(p);
}

}  // namespace shortlist
