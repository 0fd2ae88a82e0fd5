#include <algorithm>
#include <cmath>
#include <map>

#include "shortlist/report/drawing.h"
#include "shortlist/report/graph_edges.h"
#include "shortlist/report/graph_layers.h"

namespace shortlist {
namespace {

constexpr double kBoxHeight = 44, kRowGap = 34, kSlotGap = 18;
constexpr double kPadding = 18, kGroupHead = 30;  // of a tinted column, around its boxes
constexpr double kColumnGap = 32, kTierGap = 44, kMargin = 24, kTitle = 40;
constexpr double kNameSize = 13, kDetailSize = 11.5, kInset = 12;
constexpr double kLeastWidth = 150, kMostWidth = 300;
constexpr double kPortGap = 16, kLaneGap = 8, kLowestLane = 13;

std::string detail_line(const GraphNode& node) {
  return node.detail.empty() ? node.kind : node.kind + ": " + node.detail;
}

double box_width(const std::vector<GraphNode>& nodes) {
  double width = kLeastWidth;
  for (const GraphNode& node : nodes) {
    const double first = text_width(node.name, kNameSize, true) + 14 + text_width(node.shape, kDetailSize);
    width = std::max({width, first + 2 * kInset, text_width(detail_line(node), kDetailSize) + 2 * kInset});
  }
  return std::min(std::ceil(width), kMostWidth);
}

// Tells where everything stands; then draws tints, edges and boxes in this order.
class GraphLayout {
 public:
  GraphLayout(const std::vector<GraphNode>& nodes, const std::string& title)
      : nodes_(nodes), tiers_(arrange(nodes)), box_width_(box_width(nodes)), boxes_(nodes.size()) {
    drawing_.title = title;
    for (const Tier& tier : tiers_) drawing_.width = std::max(drawing_.width, tier_width(tier));
    drawing_.width = std::max(drawing_.width + 2 * kMargin, text_width(title, 18, true) + 2 * kMargin);
    drawing_.items.push_back(Box{});  // the paper, once its height is known
    double top = kMargin;
    if (!title.empty()) {
      drawing_.items.push_back(Label{{kMargin, kMargin + 16}, title, 18, Ink::text, Anchor::start, true});
      top += kTitle;
    }
    for (const Tier& tier : tiers_) top += place_tier(tier, top) + kTierGap;
    drawing_.height = top + kMargin - (tiers_.empty() ? 0 : kTierGap);
    drawing_.items.front() = Box{0, 0, drawing_.width, drawing_.height, 0, Ink::paper};
  }

  Drawing draw() {
    draw_edges();
    for (size_t i = 0; i < nodes_.size(); ++i) draw_box(nodes_[i], boxes_[i]);
    return std::move(drawing_);
  }

 private:
  double column_width(const Column& column) const {
    return column.width() * (box_width_ + kSlotGap) - kSlotGap + 2 * kPadding;
  }

  static double column_height(const Column& column) {
    return kGroupHead + column.height() * (kBoxHeight + kRowGap) - kRowGap + kPadding;
  }

  double tier_width(const Tier& tier) const {
    double width = kColumnGap * double(tier.size() - 1);
    for (const Column& column : tier) width += column_width(column);
    return width;
  }

  double place_tier(const Tier& tier, double top) {
    double x = (drawing_.width - tier_width(tier)) / 2, height = 0;
    for (const Column& column : tier) {
      height = std::max(height, column_height(column));
      place_column(column, x, top);
      x += column_width(column) + kColumnGap;
    }
    return height;
  }

  void place_column(const Column& column, double left, double top) {
    const double width = column_width(column), centre = left + width / 2;
    if (!column.group.empty()) draw_tint(column, left, top);
    double y = top + kGroupHead;
    for (const auto& row : column.rows) {
      const double step = box_width_ + kSlotGap;
      double x = centre - step * double(row.size() - 1) / 2;
      for (int node : row) {
        boxes_[size_t(node)] = {x, y, box_width_, kBoxHeight};
        x += step;
      }
      y += kBoxHeight + kRowGap;
    }
  }

  void draw_tint(const Column& column, double left, double top) {
    const Ink ink = series_ink(groups_++);
    const double width = column_width(column);
    drawing_.items.push_back(Box{left, top, width, column_height(column), 10, ink, 0.09});
    drawing_.items.push_back(Label{{left + kPadding, top + 20},
                                   fit_text(column.group, 12, true, width - 2 * kPadding),
                                   12,
                                   ink,
                                   Anchor::start,
                                   true});
  }

  void draw_box(const GraphNode& node, const Placed& box) {
    const double left = box.x - box.width / 2, right = box.x + box.width / 2;
    drawing_.items.push_back(Box{left, box.top, box.width, box.height, 6, Ink::card, 1, true});
    const double shape_width = text_width(node.shape, kDetailSize);
    const double room = box.width - 2 * kInset;
    drawing_.items.push_back(Label{{left + kInset, box.top + 18},
                                   fit_text(node.name, kNameSize, true, room - shape_width - 8),
                                   kNameSize,
                                   Ink::text,
                                   Anchor::start,
                                   true});
    drawing_.items.push_back(
        Label{{right - kInset, box.top + 18}, node.shape, kDetailSize, Ink::muted, Anchor::end});
    drawing_.items.push_back(Label{{left + kInset, box.top + 35},
                                   fit_text(detail_line(node), kDetailSize, false, room),
                                   kDetailSize,
                                   Ink::muted});
  }

  // Edges that leave one box keep apart: those to the left start left, those to the right start right.
  double port(int from, int to) const {
    const double x = boxes_[size_t(from)].x, target = boxes_[size_t(to)].x;
    std::vector<double> aside;  // distances of the targets on the same side
    for (size_t i = 0; i < nodes_.size(); ++i) {
      const auto& inputs = nodes_[i].inputs;
      if (std::find(inputs.begin(), inputs.end(), from) == inputs.end()) continue;
      if (is_direct(from, int(i)) || (boxes_[i].x < x) != (target < x)) continue;
      aside.push_back(std::abs(boxes_[i].x - x));
    }
    if (is_direct(from, to) || (aside.size() == 1 && uses(from) == 1)) return 0;
    const auto before =
        std::count_if(aside.begin(), aside.end(), [&](double d) { return d < std::abs(target - x); });
    const double distance = std::min(kPortGap * double(before + 1), box_width_ / 2 - kPortGap);
    return target < x ? -distance : distance;
  }

  int uses(int from) const {
    return int(std::count_if(nodes_.begin(), nodes_.end(), [&](const GraphNode& node) {
      return std::find(node.inputs.begin(), node.inputs.end(), from) != node.inputs.end();
    }));
  }

  // Straight down into the next row.
  bool is_direct(int from, int to) const {
    const Placed &source = boxes_[size_t(from)], &target = boxes_[size_t(to)];
    return std::abs(source.x - target.x) < 1 && target.top - source.bottom() < kBoxHeight + kRowGap;
  }

  // Targets in one row turn at different heights, so that no two edges lie on each other.
  double lane(int to) const {
    int index = 0;
    for (size_t i = 0; i < size_t(to); ++i) {
      index += boxes_[i].top == boxes_[size_t(to)].top && !nodes_[i].inputs.empty();
    }
    return kLowestLane + kLaneGap * double(index % 3);
  }

  void draw_edges() {
    for (size_t to = 0; to < nodes_.size(); ++to) {
      for (int from : nodes_[to].inputs) {
        Line line{route(boxes_, from, int(to), port(from, int(to)), lane(int(to))), Ink::muted, 1.2};
        line.arrow = true;
        drawing_.items.push_back(std::move(line));
      }
    }
  }

  const std::vector<GraphNode>& nodes_;
  std::vector<Tier> tiers_;
  double box_width_;
  std::vector<Placed> boxes_;  // by node
  int groups_ = 0;
  Drawing drawing_;
};

}  // namespace

std::string graph_to_svg(const std::vector<GraphNode>& nodes, const std::string& title) {
  return render_svg(GraphLayout(nodes, title).draw());
}

}  // namespace shortlist
