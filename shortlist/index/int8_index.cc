#include "shortlist/index/int8_index.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "shortlist/index/exact_search.h"
#include "shortlist/index/int8.h"
#include "shortlist/index/int8_kernels.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

constexpr size_t kColumns = kInt8PanelColumns, kPanelsATile = kTileColumns / kColumns;
constexpr size_t kQueriesABlock = 96;
// So many queries are multiplied together, in 8 bits. Fewer have 15, which costs arithmetic but no reading,
// and leaves less to score again.
constexpr size_t kTogether = 4;

float largest_of(std::span<const float> v) {
  float largest = 0;
  for (float x : v) largest = std::max(largest, std::abs(x));
  return largest;
}

// The scale that all but one vector in a thousand keep to.
float fitting_scale(ConstMatrix vectors) {
  constexpr size_t kOneIn = 1000;
  std::vector<float> largest;
  for (size_t r = 0; r < vectors.rows; ++r) largest.push_back(largest_of(vectors.row_span(r)));
  if (largest.empty()) return 0;
  const auto at = largest.end() - 1 - static_cast<std::ptrdiff_t>(largest.size() / kOneIn);
  std::nth_element(largest.begin(), at, largest.end());
  return *at / kInt8Most;
}

// A query as integers, with what was lost.
struct Quantised {
  Quantised(std::span<const float> v, int most) : scale(largest_of(v) / static_cast<float>(most)) {
    double square = 0, off_square = 0;
    for (float x : v) {
      codes.push_back(quantise(x, inverse_scale(scale), most));
      const double off = x - static_cast<double>(scale) * codes.back();
      square += static_cast<double>(x) * x;
      off_square += off * off;
    }
    norm = std::sqrt(square);
    error = std::sqrt(off_square);
  }
  float scale;
  std::vector<int> codes;
  double norm, error;  // |q| and |q - scale * codes|
};

// How far a sum of products of codes may be from the score in float32, in units of the codes:
// q.v - q^.v^ = q.(v - v^) + (q - q^).v^, and on top of it what float32 rounds off while it sums.
float margin(const Quantised& query, const Int8Index::Rounding& candidates, float scale) {
  const double unit = static_cast<double>(query.scale) * scale;
  if (unit == 0) return 0;  // all codes of one side are 0, and so is every sum: none is ruled out
  const double codes = query.norm * candidates.error + query.error * candidates.norm;
  const double rounding = static_cast<double>(query.codes.size() + 2) * 0x1p-24 * (query.norm + query.error) *
                          (candidates.norm + candidates.error);
  return static_cast<float>(1.0001 * (codes + rounding) / unit);
}

// Collects the candidates that may be among the best k; of those in `beyond`, all.
class Near {
 public:
  Near(size_t k, float margin, Eligible eligible, std::span<const uint32_t> beyond)
      : best_(k), margin_(margin), eligible_(eligible), beyond_(beyond) {}

  void push(std::span<const float> scores, uint32_t first) {
    for (size_t j = 0; (j += find_at_least(scores.subspan(j), needed_)) < scores.size(); ++j) {
      const Scored candidate{first + static_cast<uint32_t>(j), scores[j]};
      if (!may_return(candidate.index) || std::ranges::binary_search(beyond_, candidate.index)) continue;
      candidates_.push_back(candidate);
      best_.push(candidate);
      // The k-th best score is at least that of its codes less the margin; a candidate's at most that plus
      // the margin.
      needed_ = best_.least() - 2 * margin_;
    }
  }

  std::vector<uint32_t> ids() const {
    std::vector<uint32_t> ids;
    for (const Scored& candidate : candidates_) {
      if (candidate.score >= needed_) ids.push_back(candidate.index);
    }
    std::ranges::copy_if(beyond_, std::back_inserter(ids), [&](uint32_t id) { return may_return(id); });
    return ids;
  }

 private:
  bool may_return(uint32_t id) const { return eligible_.empty() || eligible_[id] != 0; }

  TopK best_;
  float margin_, needed_ = -std::numeric_limits<float>::infinity();
  Eligible eligible_;
  std::span<const uint32_t> beyond_;
  std::vector<Scored> candidates_;
};

}  // namespace

// The codes of a block of queries.
class Int8Index::Block {
 public:
  Block(const Int8Index& index, ConstMatrix queries, size_t k, Eligible eligible)
      : together_(queries.rows >= kTogether), width_(4 * index.groups_) {
    high_.resize(queries.rows * width_);
    low_.resize(queries.rows * width_);
    for (size_t q = 0; q < queries.rows; ++q) {
      const Quantised query(queries.row_span(q), together_ ? kInt8Most : most_of_15_bits(queries.cols));
      int32_t sum = 0;
      for (size_t c = 0; c < queries.cols; ++c) {
        const int code = query.codes[c], upper = together_ ? code : (code + 64) >> 7;
        high_[q * width_ + c] = static_cast<int8_t>(upper);
        low_[q * width_ + c] = static_cast<int8_t>(together_ ? 0 : code - 128 * upper);
        sum += code;
      }
      offsets_.push_back(kInt8Offset * sum);
      near.emplace_back(k, margin(query, index.largest_, index.scale_), eligible, index.beyond_);
    }
  }

  void score(Int8PanelsView panels, Matrix scores) const {
    if (together_)
      return int8_panel_products(panels, high_.data(), offsets_.data(), scores.rows, scores.data,
                                 scores.stride);
    for (size_t q = 0; q < scores.rows; ++q)
      int8_panel_scores(panels, high_.data() + q * width_, low_.data() + q * width_, offsets_[q],
                        scores.row(q));
  }

  std::vector<Near> near;

 private:
  // Keeps sums of products with codes up to 255 within 32 bits.
  static int most_of_15_bits(size_t width) {
    return static_cast<int>(
        std::min<size_t>(127 * 128, (size_t{1} << 31) / 255 / std::max<size_t>(width, 1) - 1));
  }

  bool together_;
  size_t width_;
  std::vector<int8_t> high_, low_;  // [queries, width]; a code is 128 high + low, or high alone
  std::vector<int32_t> offsets_;
};

Int8Index::Int8Index(ConstMatrix vectors, ThreadPool& pool)
    : vectors_(vectors), groups_((vectors.cols + 3) / 4), scale_(fitting_scale(vectors)) {
  check_finite(vectors);
  for (uint32_t r = 0; r < vectors.rows; ++r) {
    if (largest_of(vectors.row_span(r)) > scale_ * kInt8Most) beyond_.push_back(r);
  }
  const size_t panels = chunk_count(size(), kColumns), tiles = chunk_count(panels, kPanelsATile);
  panels_.resize(panels * groups_ * 4 * kColumns, kInt8Offset);
  uint8_t* const codes = panels_.mutable_data();
  std::vector<Rounding> largest(tiles);
  pool.run(tiles, [&](size_t tile, int) {
    const RowRange range = chunk_rows(panels, kPanelsATile, tile);
    for (size_t p = range.begin; p < range.end; ++p)
      encode_panel(p, codes + p * groups_ * 4 * kColumns, largest[tile]);
  });
  for (const Rounding& of_tile : largest) {
    largest_.error = std::max(largest_.error, of_tile.error);
    largest_.norm = std::max(largest_.norm, of_tile.norm);
  }
}

void Int8Index::encode_panel(size_t panel, uint8_t* codes, Rounding& largest) const {
  const RowRange rows = chunk_rows(size(), kColumns, panel);
  const float inverse = inverse_scale(scale_);
  for (size_t r = rows.begin; r < rows.end; ++r) {
    double error = 0, norm = 0;
    for (size_t c = 0; c < width(); ++c) {
      const int code = quantise(vectors_(r, c), inverse);
      codes[(c / 4 * kColumns + r - rows.begin) * 4 + c % 4] = static_cast<uint8_t>(code + kInt8Offset);
      const double rounded = static_cast<double>(scale_) * code, off = vectors_(r, c) - rounded;
      error += off * off;
      norm += rounded * rounded;
    }
    if (std::ranges::binary_search(beyond_, r)) continue;
    largest.error = std::max(largest.error, std::sqrt(error));
    largest.norm = std::max(largest.norm, std::sqrt(norm));
  }
}

std::vector<Found> Int8Index::search(ConstMatrix queries, size_t k, Eligible eligible) const {
  SHORTLIST_CHECK(queries.cols == width() && (eligible.empty() || eligible.size() == size()));
  Panels scratch;
  if (const auto ids = few_eligible(eligible)) return search_chosen(queries, vectors_, *ids, k, scratch);
  Buffer tile(std::min(queries.rows, kQueriesABlock), kTileColumns);
  std::vector<Found> found;
  for (size_t begin = 0; begin < queries.rows; begin += kQueriesABlock) {
    const ConstMatrix part = queries.slice(begin, std::min(begin + kQueriesABlock, queries.rows));
    Block block(*this, part, k, eligible);
    for (size_t first = 0; first < size(); first += kTileColumns) {
      const Matrix scores{tile.data(), part.rows, std::min(kTileColumns, size() - first), kTileColumns};
      block.score({panels_.data() + first * groups_ * 4, groups_, chunk_count(scores.cols, kColumns)},
                  scores);
      for (size_t q = 0; q < part.rows; ++q)
        block.near[q].push(scores.row_span(q), static_cast<uint32_t>(first));
    }
    for (size_t q = 0; q < part.rows; ++q)
      found.push_back(search_chosen(part.slice(q, q + 1), vectors_, block.near[q].ids(), k, scratch).front());
  }
  return found;
}

}  // namespace shortlist
