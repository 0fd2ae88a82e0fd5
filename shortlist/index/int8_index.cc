#include "shortlist/index/int8_index.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "shortlist/index/int8.h"
#include "shortlist/index/rescored_search.h"

namespace shortlist {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr size_t kPanelsATile = kTileColumns / kPanelCandidates;
// This many queries or more are multiplied together, in 8 bits. Fewer use 15 bits, which costs arithmetic but
// no memory traffic, and leaves fewer candidates to score again.
constexpr size_t kTogether = 4;

float largest_of(std::span<const float> v) {
  float largest = 0;
  for (float x : v) largest = std::max(largest, std::abs(x));
  return largest;
}

ConstMatrix checked(ConstMatrix vectors) {
  check_int8_width(vectors.cols);
  check_candidates(vectors);
  return vectors;
}

// The scale that fits all vectors, except for a few if these reach much further than all others.
float fitting_scale(ConstMatrix vectors) {
  constexpr size_t kFew = 4, kOneIn = 100'000;
  constexpr float kMuchFurther = 1.5f;
  std::vector<float> largest;
  for (size_t r = 0; r < vectors.rows; ++r) largest.push_back(largest_of(vectors.row_span(r)));
  if (largest.empty()) return 0;
  const size_t few = std::min(kFew + vectors.rows / kOneIn, vectors.rows - 1);
  const auto at = largest.end() - 1 - static_cast<std::ptrdiff_t>(few);
  std::nth_element(largest.begin(), at, largest.end());
  const float furthest = *std::max_element(at, largest.end());
  return (furthest > kMuchFurther * *at ? *at : furthest) / kInt8Most;
}

}  // namespace

// Queries as codes, in memory that is reused between searches.
class Int8Index::Queries {
 public:
  void encode(const Int8Index& index, ConstMatrix queries) {
    together_ = queries.rows >= kTogether;
    width_ = 4 * index.groups_;
    size_ = queries.rows * width_ + kInt8Slack;
    codes_.resize((together_ ? 1 : 2) * size_);
    offsets_.resize(queries.rows);
    errors_.resize(queries.rows);
    const int most = together_ ? kInt8Most : most_of_15_bits(queries.cols);
    for (size_t q = 0; q < queries.rows; ++q) {
      int8_t* const high = codes_.data() + q * width_;
      const Int8Encoding query =
          int8_encode(queries.row_span(q), most, high, together_ ? nullptr : high + size_);
      offsets_[q] = kInt8Offset * query.sum;
      errors_[q] = {static_cast<double>(query.scale) * index.scale_, index.slack(query)};
    }
  }

  // In units of the codes.
  std::span<const ScoreError> errors() const { return errors_; }

  void score(RowRange queries, Int8PanelsView panels, Matrix scores) const {
    const int8_t* high = codes_.data() + queries.begin * width_;
    const int32_t* const offsets = offsets_.data() + queries.begin;
    if (together_) return int8_panel_products(panels, high, offsets, scores.rows, scores.data, scores.stride);
    for (size_t q = 0; q < scores.rows; ++q, high += width_)
      int8_panel_scores(panels, high, high + size_, offsets[q], scores.row(q));
  }

 private:
  // Keeps sums of products with codes up to 255 within 32 bits.
  static int most_of_15_bits(size_t width) {
    return static_cast<int>(
        std::min<size_t>(127 * 128, (size_t{1} << 31) / 255 / std::max<size_t>(width, 1) - 1));
  }

  bool together_ = false;
  size_t width_ = 0, size_ = 0;
  std::vector<int8_t> codes_;  // [queries, width] and the slack, twice; a code is 128 high + low, or high
  std::vector<int32_t> offsets_;
  std::vector<ScoreError> errors_;
};

// Twice the largest difference between a sum of products of codes and the float32 score, in units of the
// codes: q.v - q^.v^ = q.(v - v^) + (q - q^).v^, plus the float32 rounding error of the sum.
float Int8Index::slack(const Int8Encoding& query) const {
  // Such small products may underflow.
  if (static_cast<double>(query.scale) * scale_ < 1e-30) return kInfinity;
  const double error = largest_.error / scale_, norm = largest_.norm / scale_;
  const double query_error = query.error + query.norm * 0x1p-23;
  const double codes = query.norm * error + query_error * norm;
  const double rounding =
      static_cast<double>(width() + 6) * 0x1p-24 * (query.norm + query_error) * (norm + error);
  const auto slack = static_cast<float>(2 * 1.0001 * (codes + rounding));
  return std::isfinite(slack) ? slack : kInfinity;
}

Int8Index::Int8Index(ConstMatrix vectors, ThreadPool& pool)
    : vectors_(checked(vectors)), groups_((vectors.cols + 3) / 4), scale_(fitting_scale(vectors)) {
  for (uint32_t r = 0; r < vectors.rows; ++r) {
    if (largest_of(vectors.row_span(r)) > scale_ * kInt8Most) beyond_.push_back(r);
  }
  const size_t panels = chunk_count(size(), kPanelCandidates), tiles = chunk_count(panels, kPanelsATile);
  panels_.resize(panels * panel_size(), kInt8Offset);
  uint8_t* const codes = panels_.mutable_data();
  std::vector<Rounding> largest(tiles);
  pool.run(tiles, [&](size_t tile, int) {
    const RowRange range = chunk_rows(panels, kPanelsATile, tile);
    for (size_t p = range.begin; p < range.end; ++p) encode_panel(p, codes + p * panel_size(), largest[tile]);
  });
  for (const Rounding& of_tile : largest) {
    largest_.error = std::max(largest_.error, of_tile.error);
    largest_.norm = std::max(largest_.norm, of_tile.norm);
  }
}

void Int8Index::encode_panel(size_t panel, uint8_t* codes, Rounding& largest) const {
  const RowRange rows = chunk_rows(size(), kPanelCandidates, panel);
  const float inverse = inverse_scale(scale_);
  for (size_t r = rows.begin; r < rows.end; ++r) {
    double error = 0, norm = 0;
    for (size_t c = 0; c < width(); ++c) {
      const int code = quantise(vectors_(r, c), inverse);
      codes[(c / 4 * kPanelCandidates + r - rows.begin) * 4 + c % 4] =
          static_cast<uint8_t>(code + kInt8Offset);
      const double rounded = static_cast<double>(scale_) * code, off = vectors_(r, c) - rounded;
      error += off * off;
      norm += rounded * rounded;
    }
    if (std::ranges::binary_search(beyond_, r)) continue;
    largest.error = std::max(largest.error, std::sqrt(error));
    largest.norm = std::max(largest.norm, std::sqrt(norm));
  }
}

// NaN scores are never kept.
void Int8Index::leave_out_beyond(size_t first, Matrix scores) const {
  for (auto id = std::ranges::lower_bound(beyond_, first); id != beyond_.end() && *id < first + scores.cols;
       ++id) {
    for (size_t q = 0; q < scores.rows; ++q) scores(q, *id - first) = std::numeric_limits<float>::quiet_NaN();
  }
}

std::vector<Found> Int8Index::search(ConstMatrix queries, size_t k, Eligible eligible,
                                     const Deadline& deadline) const {
  SHORTLIST_CHECK(eligible.empty() || eligible.size() == size());
  check_queries(queries, width());
  if (k == 0) return std::vector<Found>(queries.rows);
  if (const auto ids = few_eligible(eligible)) return search_chosen(queries, vectors_, *ids, k, deadline);
  static thread_local Queries codes;
  codes.encode(*this, queries);
  const auto score_tile = [&](RowRange block, size_t first, Matrix scores) {
    const uint8_t* const panels = panels_.data() + first / kPanelCandidates * panel_size();
    codes.score(block, {panels, groups_, chunk_count(scores.cols, kPanelCandidates)}, scores);
    leave_out_beyond(first, scores);
  };
  return search_rescored(queries, vectors_, k, eligible, deadline, score_tile, codes.errors(), beyond_);
}

}  // namespace shortlist
