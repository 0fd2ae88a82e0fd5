#include "shortlist/layers/row_parts.h"

#include <gtest/gtest.h>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

std::vector<size_t> cuts(size_t rows, const std::vector<uint32_t>& segments = {}) {
  std::vector<size_t> found = {7, 7};  // left from another batch
  cut_rows(rows, segments, found);
  return found;
}

TEST(RowParts, AreAnEvenNumberOfWholeTiles) {
  EXPECT_EQ(cuts(0), (std::vector<size_t>{0}));
  EXPECT_EQ(cuts(40), (std::vector<size_t>{0, 40}));
  EXPECT_EQ(cuts(100), (std::vector<size_t>{0, 54, 100}));
  EXPECT_EQ(cuts(700), (std::vector<size_t>{0, 180, 360, 540, 700}));
}

TEST(RowParts, EndWhereSegmentsEnd) {
  EXPECT_EQ(cuts(100, {0, 10, 53, 70, 100}), (std::vector<size_t>{0, 70, 100}));
  EXPECT_EQ(cuts(100, {0, 54, 54, 54, 100}), (std::vector<size_t>{0, 54, 100}));
}

TEST(RowParts, ALongSegmentLeavesFewerParts) {
  EXPECT_EQ(cuts(700, {0, 3, 690, 700}), (std::vector<size_t>{0, 690, 700}));
  EXPECT_EQ(cuts(700, {0, 700}), (std::vector<size_t>{0, 700}));
}

TEST(RowParts, HaveTheNumberOfSegmentsThatALayerNeedsOrThereAreTwo) {
  const auto parts = [](size_t segments, size_t segments_a_part) {
    std::vector<uint32_t> offsets = {0};
    for (size_t s = 0; s < segments; ++s) offsets.push_back(offsets.back() + 100);
    std::vector<size_t> found;
    cut_rows(offsets.back(), offsets, found, segments_a_part);
    return found;
  };
  EXPECT_EQ(parts(100, 1).size(), 53u);
  EXPECT_EQ(parts(100, 24), (std::vector<size_t>{0, 2500, 5000, 7500, 10000}));
  EXPECT_EQ(parts(8, 24), (std::vector<size_t>{0, 400, 800}));
  EXPECT_EQ(parts(0, 24), (std::vector<size_t>{0}));
}

TEST(RowParts, OfRandomSegmentsSplitNoneAndAreNeverEmpty) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const RandomStream random(seed, "segments");
    std::vector<uint32_t> segments = {0};
    for (uint64_t s = 0; s < 300; ++s)
      segments.push_back(segments.back() + static_cast<uint32_t>(random.below(s, s % 7 == 0 ? 90 : 5)));
    const size_t rows = segments.back();
    const std::vector<size_t> found = cuts(rows, segments);
    EXPECT_EQ(found.back(), rows);
    EXPECT_LE(found.size() - 1, most_parts(rows));
    for (size_t i = 1; i < found.size(); ++i) {
      EXPECT_LT(found[i - 1], found[i]);
      EXPECT_TRUE(std::ranges::binary_search(segments, found[i]));
    }
  }
}

}  // namespace
}  // namespace shortlist
