#include "shortlist/report/graph_edges.h"

#include <algorithm>
#include <cmath>

namespace shortlist {
namespace {

constexpr double kCorner = 6, kClearance = 9;

bool is_free(const std::vector<Placed>& boxes, double x, double top, double bottom) {
  return std::none_of(boxes.begin(), boxes.end(), [&](const Placed& box) {
    return box.top < bottom && box.bottom() > top && std::abs(x - box.x) < box.width / 2 + kClearance - 1;
  });
}

// The x nearest to both ends at which a vertical line from top to bottom crosses no box.
double free_channel(const std::vector<Placed>& boxes, double from, double to, double top, double bottom) {
  std::vector<double> candidates = {to, from};
  for (const Placed& box : boxes) {
    if (box.top >= bottom || box.bottom() <= top) continue;
    candidates.push_back(box.x + box.width / 2 + kClearance);
    candidates.push_back(box.x - box.width / 2 - kClearance);
  }
  double best = to, least = INFINITY;
  for (double x : candidates) {
    const double detour = std::abs(x - from) + std::abs(x - to);
    if (detour >= least - 1e-9 || !is_free(boxes, x, top, bottom)) continue;
    best = x;
    least = detour;
  }
  return best;
}

Point toward(const Point& from, const Point& to, double distance) {
  const double length = std::hypot(to.x - from.x, to.y - from.y);
  const double part = length > 0 ? std::min(distance / length, 0.5) : 0;
  return {from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part};
}

// Replaces each corner by a quadratic curve of a few short segments.
std::vector<Point> rounded(const std::vector<Point>& path) {
  std::vector<Point> smooth = {path.front()};
  for (size_t i = 1; i + 1 < path.size(); ++i) {
    const Point a = toward(path[i], path[i - 1], kCorner), b = toward(path[i], path[i + 1], kCorner);
    for (double t : {0.0, 0.25, 0.5, 0.75, 1.0}) {
      const double wa = (1 - t) * (1 - t), wc = 2 * t * (1 - t), wb = t * t;
      smooth.push_back({wa * a.x + wc * path[i].x + wb * b.x, wa * a.y + wc * path[i].y + wb * b.y});
    }
  }
  smooth.push_back(path.back());
  return smooth;
}

}  // namespace

std::vector<Point> route(const std::vector<Placed>& boxes, const Point& start, const Point& end,
                         double lane) {
  const double turn = end.y - lane, leave = start.y + kClearance;
  std::vector<Point> path = {start};
  if (turn <= leave || is_free(boxes, start.x, start.y + 1, turn)) {
    if (std::abs(start.x - end.x) > 1) path.insert(path.end(), {{start.x, turn}, {end.x, turn}});
  } else {
    const double x = free_channel(boxes, start.x, end.x, leave, turn);
    path.insert(path.end(), {{start.x, leave}, {x, leave}, {x, turn}, {end.x, turn}});
  }
  path.push_back(end);
  return rounded(path);
}

}  // namespace shortlist
