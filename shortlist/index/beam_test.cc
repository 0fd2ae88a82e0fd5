#include "shortlist/index/beam.h"

#include <gtest/gtest.h>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

TEST(Beam, KeepsTheBestInOrder) {
  const RandomStream random(1, "beam");
  for (size_t width : {1, 2, 7, 50}) {
    Beam beam;
    beam.reset(width);
    TopK best(width);
    for (uint32_t i = 0; i < 200; ++i) {
      const Scored node{i * 37 % 200, static_cast<float>(random.below(i, 40)) - 20};
      if (beam.admits(node.score)) beam.insert(node);
      best.push(node);
    }
    const std::vector<Scored> expected = best.take();
    ASSERT_EQ(beam.size(), width);
    for (size_t i = 0; i < width; ++i) {
      EXPECT_EQ(beam[i].index, expected[i].index);
      EXPECT_EQ(beam[i].score, expected[i].score);
    }
  }
}

TEST(Beam, HandsOutEachNodeOnceTheBestFirst) {
  Beam beam;
  beam.reset(4);
  uint32_t nodes[2];
  EXPECT_EQ(beam.take_next(nodes), 0u);
  beam.insert({1, 1.0f});
  beam.insert({2, 2.0f});
  beam.insert({3, 3.0f});
  ASSERT_EQ(beam.take_next(nodes), 2u);
  EXPECT_EQ(nodes[0], 3u);
  EXPECT_EQ(nodes[1], 2u);
  beam.insert({0, 2.5f});
  ASSERT_EQ(beam.take_next(nodes), 2u);
  EXPECT_EQ(nodes[0], 0u);
  EXPECT_EQ(nodes[1], 1u);
  EXPECT_EQ(beam.take_next(nodes), 0u);
}

TEST(VisitedSet, KeepsEachNodeOnceInOrder) {
  VisitedSet visited;
  visited.reset(200);
  const uint32_t first[] = {64, 199, 64}, second[] = {199, 0, 63};
  visited.insert(first);
  const size_t before = visited.size();
  EXPECT_EQ(before, 2u);
  visited.insert(second);
  EXPECT_TRUE(std::ranges::equal(visited.since(before), std::vector<uint32_t>{0, 63}));
  visited.reset(300);
  EXPECT_EQ(visited.size(), 0u);
  visited.insert(first);
  EXPECT_EQ(visited.size(), 2u);
}

}  // namespace
}  // namespace shortlist
