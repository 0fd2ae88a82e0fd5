#include "shortlist/index/int8_rows.h"

#include <cmath>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/index/int8_kernels.h"

namespace shortlist {
namespace {

constexpr float kMost = 127;
constexpr int kOffset = 128;

// Writes code(v[i]) of each element and returns the scale.
template <typename Code>
float encode(std::span<const float> v, Code code) {
  float largest = 0;
  for (float x : v) largest = std::max(largest, std::abs(x));
  // Below this the inverse would overflow; such a vector is as good as zero.
  if (!(largest > 1e-30f)) largest = 0;
  const float inverse = largest > 0 ? kMost / largest : 0;
  for (size_t i = 0; i < v.size(); ++i) code(i, static_cast<int>(std::lrint(v[i] * inverse)));
  return largest / kMost;
}

}  // namespace

Int8Rows::Int8Rows(size_t cols, std::span<const uint8_t> codes, std::span<const float> scales)
    : Int8Rows(cols) {
  SHORTLIST_CHECK(codes.size() == scales.size() * stride_);
  codes_ = Array<uint8_t>::view(codes);
  scales_ = Array<float>::view(scales);
}

void Int8Rows::append(ConstMatrix vectors, ThreadPool& pool) {
  SHORTLIST_CHECK(vectors.cols == cols_);
  const size_t first = rows();
  codes_.resize((first + vectors.rows) * stride_, kOffset);
  scales_.resize(first + vectors.rows, 0);
  uint8_t* const codes = codes_.mutable_data();
  float* const scales = scales_.mutable_data();
  constexpr size_t kRowsATask = 1024;
  pool.run(chunk_count(vectors.rows, kRowsATask), [&](size_t i, int) {
    const RowRange rows = chunk_rows(vectors.rows, kRowsATask, i);
    for (size_t r = rows.begin; r < rows.end; ++r) {
      uint8_t* to = codes + (first + r) * stride_;
      scales[first + r] = encode(vectors.row_span(r),
                                 [&](size_t j, int code) { to[j] = static_cast<uint8_t>(code + kOffset); });
    }
  });
}

void Int8Rows::set_query(std::span<const float> vector, Int8Query& query) const {
  query.codes.assign(stride_, 0);
  query.scale = encode(vector, [&](size_t j, int code) { query.codes[j] = static_cast<int8_t>(code); });
  query.offset = kOffset * std::accumulate(query.codes.begin(), query.codes.end(), 0);
}

void Int8Rows::set_query(size_t row, Int8Query& query) const {
  query.codes.resize(stride_);
  const uint8_t* from = this->row(row);
  for (size_t j = 0; j < stride_; ++j) query.codes[j] = static_cast<int8_t>(from[j] - kOffset);
  query.scale = scales_[row];
  query.offset = kOffset * std::accumulate(query.codes.begin(), query.codes.end(), 0);
}

void Int8Rows::scores(const Int8Query& query, std::span<const uint32_t> ids, float* out) const {
  constexpr size_t kAtOnce = 64;
  int32_t products[kAtOnce];
  for (size_t begin = 0; begin < ids.size(); begin += kAtOnce) {
    const size_t count = std::min(kAtOnce, ids.size() - begin);
    int8_products(codes_.data(), stride_, query.codes.data(), ids.data() + begin, count, products);
    for (size_t i = 0; i < count; ++i) {
      out[begin + i] =
          static_cast<float>(products[i] - query.offset) * (query.scale * scales_[ids[begin + i]]);
    }
  }
}

}  // namespace shortlist
