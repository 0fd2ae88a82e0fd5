#include "shortlist/recommend/embedding_map.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

TEST(EmbeddingMap, ShowsAPlaneAsItIs) {
  // Points in a plane in five dimensions, with a larger spread along u than along v.
  const double u[] = {0.6, 0, 0.8, 0, 0}, v[] = {0, 1, 0, 0, 0};
  const std::vector<std::pair<double, double>> points = {{4, 1}, {-4, -1}, {2, -2}, {-2, 2}, {3, 0}, {-3, 0}};
  Buffer memory(points.size(), 5);
  const Matrix rows = memory.view(points.size(), 5);
  for (size_t r = 0; r < points.size(); ++r)
    for (size_t c = 0; c < 5; ++c)
      rows(r, c) = static_cast<float>(7 + points[r].first * u[c] + points[r].second * v[c]);
  const EmbeddingMap map = map_embeddings(rows);
  EXPECT_NEAR(map.explained, 1, 1e-6);
  const double farthest = std::hypot(4, 1);
  for (size_t a = 0; a < points.size(); ++a) {
    for (size_t b = 0; b < points.size(); ++b) {
      const double distance =
          std::hypot(points[a].first - points[b].first, points[a].second - points[b].second);
      EXPECT_NEAR(std::hypot(map.x[a] - map.x[b], map.y[a] - map.y[b]), distance / farthest, 1e-5);
    }
  }
}

TEST(EmbeddingMap, ShowsTheDirectionsOfMostVariance) {
  const RandomStream draws(3, "map");
  Buffer memory(500, 8);
  const Matrix rows = memory.view(500, 8);
  double variance[8] = {};
  for (size_t r = 0; r < 500; ++r) {
    for (size_t c = 0; c < 8; ++c) {
      rows(r, c) = static_cast<float>((draws.uniform(r * 8 + c) - 0.5) * (c == 5 ? 10 : c == 2 ? 5 : 1));
      variance[c] += rows(r, c) * rows(r, c);
    }
  }
  const EmbeddingMap map = map_embeddings(rows);
  double all = 0, along = 0, length_x = 0, length = 0;
  for (double v : variance) all += v;
  EXPECT_NEAR(map.explained, (variance[5] + variance[2]) / all, 0.01);
  for (size_t r = 0; r < 500; ++r) {
    along += map.x[r] * rows(r, 5);
    length_x += map.x[r] * map.x[r];
    length += rows(r, 5) * rows(r, 5);
  }
  EXPECT_GT(along / std::sqrt(length_x * length), 0.99);
}

TEST(EmbeddingMap, PutsEqualRowsInTheMiddle) {
  Buffer memory(3, 4);
  const EmbeddingMap map = map_embeddings(memory.view(3, 4));
  EXPECT_EQ(map.x, std::vector<float>(3));
  EXPECT_EQ(map.explained, 0);
  EXPECT_TRUE(map_embeddings(memory.view(0, 4)).x.empty());
}

}  // namespace
}  // namespace shortlist
