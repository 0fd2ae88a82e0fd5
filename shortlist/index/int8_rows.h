// Vectors with eight bits per element, row by row, for walking a graph. All share one scale, so that the
// integer products are ordered like the inner products.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/base/prefetch.h"
#include "shortlist/base/threads.h"
#include "shortlist/index/array.h"
#include "shortlist/math/matrix.h"

namespace shortlist {

// A query in the form that is multiplied with the rows.
struct Int8Query {
  std::vector<int8_t> codes;  // padded with zeros to the rows' stride
  int32_t offset = 0;         // 128 times the codes' sum, which the rows' offset adds to a product
};

class Int8Rows {
 public:
  // Rows are aligned to this many bytes.
  static constexpr size_t kStep = 32;

  // An element v becomes 128 + v / scale, rounded and clamped to [1, 255].
  Int8Rows(size_t cols, float scale)
      : cols_(cols), stride_((cols + kStep - 1) / kStep * kStep), scale_(scale) {}
  // Keeps a view of codes[rows, stride].
  Int8Rows(size_t cols, float scale, std::span<const uint8_t> codes);

  // The scale at which about one element in 10,000 of the vectors is clamped: covering a few outliers would
  // make all other elements less accurate.
  static float fitting_scale(ConstMatrix vectors);

  size_t rows() const { return codes_.size() / stride_; }
  size_t cols() const { return cols_; }
  size_t stride() const { return stride_; }
  float scale() const { return scale_; }
  std::span<const uint8_t> codes() const { return codes_.span(); }
  const uint8_t* row(size_t r) const { return codes_.data() + r * stride_; }

  // Appends vectors[n, cols], all finite.
  void append(ConstMatrix vectors, ThreadPool& pool);

  // Each query has its own scale, which does not change the order.
  void set_query(std::span<const float> vector, Int8Query& query) const;
  // Uses a row as the query.
  void set_query(size_t row, Int8Query& query) const;
  // out[i] = the inner product of the codes of the query and of row ids[i].
  void scores(const Int8Query& query, std::span<const uint32_t> ids, float* out) const;
  void prefetch(size_t row) const {
    for (size_t at = 0; at < stride_; at += 64) shortlist::prefetch(codes_.data() + row * stride_ + at);
  }

 private:
  size_t cols_, stride_;
  float scale_;
  Array<uint8_t> codes_;
};

}  // namespace shortlist
