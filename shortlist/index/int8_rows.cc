#include "shortlist/index/int8_rows.h"

#include <algorithm>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/index/int8.h"
#include "shortlist/index/int8_kernels.h"

namespace shortlist {
namespace {

int32_t offset_of(std::span<const int8_t> codes) {
  return kInt8Offset * std::accumulate(codes.begin(), codes.end(), 0);
}

}  // namespace

void check_int8_width(size_t width) {
  if (width > kMostInt8Width)
    throw data_error("the vectors have {} numbers, but codes of eight bits take at most {}", width,
                     kMostInt8Width);
}

Int8Rows::Int8Rows(size_t cols, float scale, std::span<const uint8_t> codes) : Int8Rows(cols, scale) {
  SHORTLIST_CHECK(codes.size() % stride_ == 0);
  codes_ = Array<uint8_t>::view(codes);
}

float Int8Rows::fitting_scale(ConstMatrix vectors) {
  constexpr size_t kMostRows = 10'000, kOneIn = 10'000;
  const size_t step = std::max<size_t>(1, vectors.rows / kMostRows);
  std::vector<float> sizes;
  for (size_t r = 0; r < vectors.rows; r += step) {
    for (float v : vectors.row_span(r)) sizes.push_back(std::abs(v));
  }
  if (sizes.empty()) return 0;
  const auto at = sizes.end() - 1 - static_cast<std::ptrdiff_t>(sizes.size() / kOneIn);
  std::nth_element(sizes.begin(), at, sizes.end());
  return *at / kInt8Most;
}

void Int8Rows::append(ConstMatrix vectors, ThreadPool& pool) {
  SHORTLIST_CHECK(vectors.cols == cols_);
  const size_t first = rows();
  codes_.resize((first + vectors.rows) * stride_, kInt8Offset);
  uint8_t* const codes = codes_.mutable_data();
  const float inverse = inverse_scale(scale_);
  constexpr size_t kRowsATask = 1024;
  pool.run(chunk_count(vectors.rows, kRowsATask), [&](size_t i, int) {
    const RowRange rows = chunk_rows(vectors.rows, kRowsATask, i);
    for (size_t r = rows.begin; r < rows.end; ++r) {
      for (size_t c = 0; c < cols_; ++c)
        codes[(first + r) * stride_ + c] =
            static_cast<uint8_t>(quantise(vectors(r, c), inverse) + kInt8Offset);
    }
  });
}

void Int8Rows::set_query(std::span<const float> vector, Int8Query& query) const {
  float largest = 0;
  for (float v : vector) largest = std::max(largest, std::abs(v));
  const float inverse = inverse_scale(largest / kInt8Most);
  query.codes.assign(stride_, 0);
  for (size_t c = 0; c < cols_; ++c) query.codes[c] = static_cast<int8_t>(quantise(vector[c], inverse));
  query.offset = offset_of(query.codes);
}

void Int8Rows::set_query(size_t row, Int8Query& query) const {
  query.codes.resize(stride_);
  const uint8_t* from = this->row(row);
  for (size_t c = 0; c < stride_; ++c) query.codes[c] = static_cast<int8_t>(from[c] - kInt8Offset);
  query.offset = offset_of(query.codes);
}

void Int8Rows::scores(const Int8Query& query, std::span<const uint32_t> ids, float* out) const {
  int8_scores(codes_.data(), stride_, query.codes.data(), query.offset, ids.data(), ids.size(), out);
}

}  // namespace shortlist
