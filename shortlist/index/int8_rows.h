// Vectors in eight bits an element, row by row: what a graph is walked with. A row is scale * (code - 128)
// with the scale max |v| / 127, so an element is off by at most half a scale.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/index/array.h"
#include "shortlist/math/matrix.h"

namespace shortlist {

// A query as the rows meet it: its own codes, signed, and 128 times their sum, which the rows' offset adds.
struct Int8Query {
  std::vector<int8_t> codes;  // padded with zeros to the rows' stride
  int32_t offset = 0;
  float scale = 0;
};

class Int8Rows {
 public:
  // Rows start on multiples of this many bytes.
  static constexpr size_t kStep = 32;

  explicit Int8Rows(size_t cols) : cols_(cols), stride_((cols + kStep - 1) / kStep * kStep) {}
  // Looks at codes[rows, stride] and scales[rows].
  Int8Rows(size_t cols, std::span<const uint8_t> codes, std::span<const float> scales);

  size_t rows() const { return scales_.size(); }
  size_t cols() const { return cols_; }
  size_t stride() const { return stride_; }
  std::span<const uint8_t> codes() const { return codes_.span(); }
  std::span<const float> scales() const { return scales_.span(); }
  const uint8_t* row(size_t r) const { return codes_.data() + r * stride_; }
  float scale(size_t r) const { return scales_[r]; }

  // Adds vectors[n, cols], all finite.
  void append(ConstMatrix vectors, ThreadPool& pool);

  void set_query(std::span<const float> vector, Int8Query& query) const;
  // A row as a query.
  void set_query(size_t row, Int8Query& query) const;
  // out[i] = the inner product of the query and row ids[i], as the codes have it.
  void scores(const Int8Query& query, std::span<const uint32_t> ids, float* out) const;
  void prefetch(size_t row) const {
    for (size_t at = 0; at < stride_; at += 64) __builtin_prefetch(codes_.data() + row * stride_ + at);
    __builtin_prefetch(scales_.data() + row);
  }

 private:
  size_t cols_, stride_;
  Array<uint8_t> codes_;
  Array<float> scales_;
};

}  // namespace shortlist
