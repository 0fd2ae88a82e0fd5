#include "shortlist/trials/influence.h"

#include <gtest/gtest.h>

#include "shortlist/io/toml.h"

namespace shortlist {
namespace {

Space two_settings() {
  return read_space(parse_toml("rate = { min = 0, max = 1 }\nloss = [\"a\", \"b\"]\n", "s"), "s");
}

std::vector<InfluencePoint> points_where_loss_decides() {
  std::vector<InfluencePoint> points;
  for (int i = 0; i < 16; ++i) {
    const bool b = i % 2 == 1;
    points.push_back({{Value((i * 7 % 16) / 16.0), Value(std::string(b ? "b" : "a"))}, b ? 1.0 : 0.0});
  }
  return points;
}

TEST(Influence, IsTheShareOfTheVarianceThatASettingExplains) {
  const std::vector<double> shares = influences(two_settings(), points_where_loss_decides());
  EXPECT_DOUBLE_EQ(shares[1], 1);
  EXPECT_LT(shares[0], 0.3);
}

TEST(Influence, OfFewOrEqualTrialsIsNone) {
  std::vector<InfluencePoint> points = points_where_loss_decides();
  for (InfluencePoint& point : points) point.value = 2;
  EXPECT_EQ(influences(two_settings(), points), (std::vector<double>{0, 0}));
  points.resize(3);
  EXPECT_EQ(influences(two_settings(), points), (std::vector<double>{0, 0}));
}

TEST(Influence, IsDrawnWithADotForEachTrial) {
  const std::string svg = influence_svg(two_settings(), points_where_loss_decides(), "ndcg@10", true);
  size_t dots = 0;
  for (size_t at = 0; (at = svg.find("<circle", at)) != std::string::npos; ++at) ++dots;
  EXPECT_EQ(dots, 2 * 16);
  EXPECT_NE(svg.find("rate"), std::string::npos);
  EXPECT_NE(influence_svg(two_settings(), {}, "ndcg@10", true).find("<svg"), std::string::npos);
}

}  // namespace
}  // namespace shortlist
