// A list that owns its memory, or views a file in memory until the first change.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace shortlist {

// Long lists are allocated on huge pages: a graph is read at random, and with small pages each read would
// also miss the TLB, which costs as much as the read. Not copyable; a view must not outlive its memory.
template <typename T>
class Array {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Array() = default;
  static Array view(std::span<const T> values) {
    Array array;
    array.data_ = values.data();
    array.size_ = values.size();
    return array;
  }

  size_t size() const { return size_; }
  const T* data() const { return data_; }
  const T& operator[](size_t i) const { return data_[i]; }
  std::span<const T> span() const { return {data_, size_}; }

  // Writable elements; a view is first turned into a copy.
  T* mutable_data() {
    if (size_ > 0 && own_ == nullptr) reserve(size_);
    return own_.get();
  }
  // New elements are `fill`. Memory grows by half, so that appending takes amortised constant time.
  void resize(size_t size, const T& fill) {
    if (size > capacity_) reserve(std::max(size, capacity_ > 0 ? size_ + size_ / 2 : 0));
    if (size > size_) std::fill(own_.get() + size_, own_.get() + size, fill);
    size_ = size;
  }

 private:
  struct Free {
    void operator()(T* p) const { std::free(p); }
  };

  void reserve(size_t capacity) {
    constexpr size_t kHugePage = size_t{2} << 20;
    const size_t alignment = capacity * sizeof(T) >= kHugePage ? kHugePage : 64;
    const size_t bytes = (capacity * sizeof(T) + alignment - 1) / alignment * alignment;
    std::unique_ptr<T, Free> grown(static_cast<T*>(std::aligned_alloc(alignment, bytes)));
    if (grown == nullptr) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
    if (alignment == kHugePage) madvise(grown.get(), bytes, MADV_HUGEPAGE);
#endif
    std::copy_n(data_, size_, grown.get());
    own_ = std::move(grown);
    data_ = own_.get();
    capacity_ = bytes / sizeof(T);
  }

  std::unique_ptr<T, Free> own_;
  const T* data_ = nullptr;
  size_t size_ = 0, capacity_ = 0;
};

}  // namespace shortlist
