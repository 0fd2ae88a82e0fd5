// Views of rows x columns of float32, and the memory for them. There are no other tensors.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "shortlist/base/error.h"

namespace shortlist {

// A view of rows x cols floats; row r starts at data + r * stride. Does not own.
struct ConstMatrix {
  const float* data = nullptr;
  size_t rows = 0, cols = 0, stride = 0;

  const float* row(size_t r) const { return data + r * stride; }
  float operator()(size_t r, size_t c) const { return data[r * stride + c]; }
  std::span<const float> row_span(size_t r) const { return {row(r), cols}; }
  ConstMatrix columns(size_t begin, size_t count) const {
    return {data != nullptr ? data + begin : nullptr, rows, count, stride};
  }
  ConstMatrix slice(size_t begin, size_t end) const { return {row(begin), end - begin, cols, stride}; }
  ConstMatrix head(size_t count) const { return slice(0, count); }
};

struct Matrix {
  float* data = nullptr;
  size_t rows = 0, cols = 0, stride = 0;

  float* row(size_t r) const { return data + r * stride; }
  float& operator()(size_t r, size_t c) const { return data[r * stride + c]; }
  operator ConstMatrix() const { return {data, rows, cols, stride}; }
  // Columns [begin, begin + count) of all rows. The matrix may have no rows.
  Matrix columns(size_t begin, size_t count) const {
    return {data != nullptr ? data + begin : nullptr, rows, count, stride};
  }
  std::span<float> row_span(size_t r) const { return {row(r), cols}; }
  // Rows [begin, end).
  Matrix slice(size_t begin, size_t end) const { return {row(begin), end - begin, cols, stride}; }
  Matrix head(size_t count) const { return slice(0, count); }
};

// One row.
inline Matrix as_row(std::span<float> x) { return {x.data(), 1, x.size(), x.size()}; }
inline ConstMatrix as_row(std::span<const float> x) { return {x.data(), 1, x.size(), x.size()}; }

// Floats aligned to 64 bytes, initially zero. Kernels may read (but not use) up to kSlack floats past the
// end.
class Buffer {
 public:
  static constexpr size_t kSlack = 64;

  Buffer() = default;
  explicit Buffer(size_t size);
  Buffer(size_t rows, size_t cols) : Buffer(rows * cols) {}

  // Makes room for `size` floats; the content is lost if memory has to grow. Never shrinks, so that only the
  // first step allocates.
  void reserve(size_t size) {
    if (size_ < size) *this = Buffer(size);
  }
  size_t size() const { return size_; }
  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::span<float> span() { return {data(), size_}; }
  std::span<const float> span() const { return {data(), size_}; }
  Matrix view(size_t rows, size_t cols) { return view(rows, cols, cols); }
  Matrix view(size_t rows, size_t cols, size_t stride) {
    SHORTLIST_CHECK(rows * stride <= size_ && cols <= stride);
    return {data(), rows, cols, stride};
  }
  ConstMatrix view(size_t rows, size_t cols) const {
    SHORTLIST_CHECK(rows * cols <= size_);
    return {data(), rows, cols, cols};
  }

 private:
  struct Free {
    void operator()(float* p) const;
  };
  std::unique_ptr<float, Free> data_;
  size_t size_ = 0;
};

}  // namespace shortlist
