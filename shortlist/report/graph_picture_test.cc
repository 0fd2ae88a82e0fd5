#include "shortlist/report/graph_picture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "shortlist/report/graph_edges.h"
#include "shortlist/report/graph_layers.h"
#include "shortlist/testing/markup_check.h"

namespace shortlist {
namespace {

std::vector<GraphNode> two_towers() {
  return {{"genre", "embedding_bag", "mean", "[*, 32]", "query tower", {}},
          {"query", "dense", "32 units", "[*, 32]", "query tower", {0}},
          {"name", "embedding", "", "[*, 32]", "item tower", {}},
          {"candidate", "dense", "32 units", "[*, 32]", "item tower", {2}},
          {"input", "concat", "", "[*, 64]", "ranking", {1, 3}},
          {"cross_1", "cross", "full", "[*, 64]", "ranking", {4}},
          {"cross_2", "cross", "full", "[*, 64]", "ranking", {4, 5}}};
}

TEST(GraphLayers, PutTowersSideBySideAboveTheRanker) {
  const std::vector<Tier> tiers = arrange(two_towers());
  ASSERT_EQ(tiers.size(), 2u);
  ASSERT_EQ(tiers[0].size(), 2u);
  EXPECT_EQ(tiers[0][0].group, "query tower");
  EXPECT_EQ(tiers[0][1].group, "item tower");
  using Rows = std::vector<std::vector<int>>;
  EXPECT_EQ(tiers[1].at(0).rows, (Rows{{4}, {5}, {6}}));
}

TEST(GraphLayers, OrderARowByItsInputs) {
  const std::vector<GraphNode> nodes = {{"a", "", "", "", "g", {}},
                                        {"b", "", "", "", "g", {}},
                                        {"under_b", "", "", "", "g", {1}},
                                        {"under_a", "", "", "", "g", {0}}};
  EXPECT_EQ(arrange(nodes).at(0).at(0).rows.at(1), (std::vector<int>{3, 2}));
}

TEST(GraphLayers, PutALateInputJustAboveItsUse) {
  const std::vector<GraphNode> nodes = {{"a", "", "", "", "g", {}},
                                        {"b", "", "", "", "g", {0}},
                                        {"late", "", "", "", "g", {}},
                                        {"c", "", "", "", "g", {1, 2}}};
  EXPECT_EQ(arrange(nodes).at(0).at(0).rows.at(1), (std::vector<int>{1, 2}));
}

TEST(GraphLayers, EndWhenGroupsFeedEachOther) {
  const std::vector<GraphNode> nodes = {
      {"a", "", "", "", "x", {}}, {"b", "", "", "", "y", {0}}, {"c", "", "", "", "x", {1}}};
  size_t placed = 0;
  for (const Tier& tier : arrange(nodes)) placed += tier.size();
  EXPECT_EQ(placed, 2u);
}

TEST(GraphEdges, GoRoundABoxInTheWay) {
  const std::vector<Placed> boxes = {{100, 0, 80, 40}, {100, 70, 80, 40}, {100, 140, 80, 40}};
  const std::vector<Point> path = route(boxes, {110, 40}, {100, 140}, 14);
  EXPECT_EQ(path.back().y, 140);
  int beside = 0;  // segments that pass next to the box in the middle along its full height
  for (size_t i = 1; i < path.size(); ++i) {
    if (path[i - 1].y > 70 || path[i].y < 110) continue;
    EXPECT_GT(std::min(std::abs(path[i - 1].x - 100), std::abs(path[i].x - 100)), 40);
    ++beside;
  }
  EXPECT_EQ(beside, 1);
  EXPECT_EQ(route(boxes, {100, 40}, {100, 70}, 14).size(), 2u);
}

TEST(GraphSvg, IsBalancedAndShowsEveryNode) {
  const std::string svg = graph_to_svg(two_towers(), "anime");
  EXPECT_EQ(markup_fault(svg), "");
  for (const char* text :
       {"embedding_bag: mean", "query tower", "cross_2", "[*, 64]", "item tower", "anime"}) {
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(svg, graph_to_svg(two_towers(), "anime"));
}

struct Area {
  double left = 0, top = 0, right = 0, bottom = 0;
};

// The tint of the group with this number.
Area tint_of(const std::string& svg, int group) {
  const std::string start = "<rect class=\"fill-series-" + std::to_string(group) + "\"";
  Area area;
  double width = 0, height = 0;
  EXPECT_EQ(std::sscanf(svg.c_str() + svg.find(start) + start.size(),
                        " x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"", &area.left, &area.top, &width,
                        &height),
            4);
  area.right = area.left + width;
  area.bottom = area.top + height;
  return area;
}

std::vector<std::vector<Point>> edges_of(const std::string& svg) {
  std::vector<std::vector<Point>> edges;
  for (size_t at = svg.find("<polyline"); at != std::string::npos; at = svg.find("<polyline", at + 1)) {
    const char* text = svg.c_str() + svg.find("points=\"", at) + 8;
    std::vector<Point>& points = edges.emplace_back();
    Point point;
    for (int read = 0; std::sscanf(text, "%lf,%lf%n", &point.x, &point.y, &read) == 2; text += read)
      points.push_back(point);
  }
  return edges;
}

TEST(GraphSvg, RunsNoEdgeThroughAGroupWhereItDoesNotEnd) {
  std::vector<GraphNode> nodes = two_towers();
  nodes.push_back({"retrieval", "loss", "", "", "", {1, 3}});
  const std::string svg = graph_to_svg(nodes, "");
  const Area ranking = tint_of(svg, 2);
  const std::vector<std::vector<Point>> edges = edges_of(svg);
  EXPECT_EQ(edges.size(), 9u);
  for (const std::vector<Point>& edge : edges) {
    const Point end = edge.back();
    if (end.x > ranking.left && end.x < ranking.right && end.y > ranking.top) continue;
    for (size_t i = 1; i < edge.size(); ++i) {
      const auto [left, right] = std::minmax(edge[i - 1].x, edge[i].x);
      const auto [top, bottom] = std::minmax(edge[i - 1].y, edge[i].y);
      EXPECT_FALSE(left < ranking.right && right > ranking.left && top < ranking.bottom &&
                   bottom > ranking.top)
          << edge[i].x << ", " << edge[i].y;
    }
  }
}

TEST(GraphSvg, EscapesNames) {
  const std::string svg = graph_to_svg({{"a<b", "k", "\"d\"", "[*, 1]", "g & h", {}}}, "");
  EXPECT_EQ(markup_fault(svg), "");
  EXPECT_NE(svg.find("a&lt;b"), std::string::npos);
  EXPECT_NE(svg.find("g &amp; h"), std::string::npos);
}

TEST(GraphSvg, OfNothingIsAPage) { EXPECT_EQ(markup_fault(graph_to_svg({}, "")), ""); }

TEST(GraphDot, NamesClustersNodesAndEdges) {
  const std::string dot = to_dot(two_towers());
  EXPECT_NE(dot.find("subgraph cluster_1 {\n    label=\"item tower\";\n"), std::string::npos);
  EXPECT_NE(dot.find("node_1 [label=\"query\\ndense: 32 units\\n[*, 32]\"];"), std::string::npos);
  EXPECT_NE(dot.find("  node_4 -> node_6;\n"), std::string::npos);
}

TEST(GraphDot, IsAcceptedByGraphviz) {
  if (std::system("command -v dot >/dev/null 2>&1") != 0) GTEST_SKIP() << "needs Graphviz's dot";
  std::vector<GraphNode> nodes = two_towers();
  nodes[0].name = "quote \" backslash \\ line\nend";
  nodes[1].group = "";
  FILE* graphviz = popen("dot -Tsvg >/dev/null 2>&1", "w");
  ASSERT_NE(graphviz, nullptr);
  const std::string dot = to_dot(nodes);
  std::fwrite(dot.data(), 1, dot.size(), graphviz);
  EXPECT_EQ(pclose(graphviz), 0);
}

}  // namespace
}  // namespace shortlist
