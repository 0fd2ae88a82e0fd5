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
  uint32_t node = 0;
  EXPECT_FALSE(beam.take_next(node));
  beam.insert({1, 1.0f});
  beam.insert({2, 2.0f});
  ASSERT_TRUE(beam.take_next(node));
  EXPECT_EQ(node, 2u);
  beam.insert({3, 3.0f});
  beam.insert({0, -1.0f});
  for (uint32_t expected : {3u, 1u, 0u}) {
    ASSERT_TRUE(beam.take_next(node));
    EXPECT_EQ(node, expected);
  }
  EXPECT_FALSE(beam.take_next(node));
}

TEST(VisitedSet, ForgetsAtReset) {
  VisitedSet visited;
  visited.reset(100);
  EXPECT_TRUE(visited.insert(64));
  EXPECT_FALSE(visited.insert(64));
  visited.reset(200);
  EXPECT_TRUE(visited.insert(64));
  EXPECT_TRUE(visited.insert(199));
}

}  // namespace
}  // namespace shortlist
