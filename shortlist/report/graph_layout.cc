#include <algorithm>
#include <cmath>

#include "shortlist/report/drawing.h"
#include "shortlist/report/graph_edges.h"
#include "shortlist/report/graph_layers.h"

namespace shortlist {
namespace {

constexpr double kBoxHeight = 44, kRowGap = 34, kSlotGap = 16;
constexpr double kPadding = 18, kGroupHead = 34;  // of a tinted column, around its boxes
constexpr double kColumnGap = 32, kTierGap = 44, kMargin = 24, kTitle = 40;
constexpr double kNameSize = 13, kDetailSize = 11.5, kGroupSize = 12, kInset = 12;
constexpr double kLeastWidth = 130, kMostWidth = 300;
constexpr double kPortGap = 16, kLaneGap = 9, kLowestLane = 14;
constexpr int kLanes = 3;  // limited by the size of the gaps

std::string detail_line(const GraphNode& node) {
  return node.detail.empty() ? node.kind : node.kind + ": " + node.detail;
}

double box_width(const GraphNode& node) {
  const double first = text_width(node.name, kNameSize, true) + 14 + text_width(node.shape, kDetailSize);
  const double second = text_width(detail_line(node), kDetailSize);
  return std::clamp(std::ceil(std::max(first, second)) + 2 * kInset, kLeastWidth, kMostWidth);
}

double height_of(const GraphColumn& column) {
  return kGroupHead + column.height() * (kBoxHeight + kRowGap) - kRowGap + kPadding;
}

// Computes all positions, then draws tints, edges and boxes in this order.
class GraphLayout {
 public:
  GraphLayout(const std::vector<GraphNode>& nodes, const std::string& title)
      : nodes_(nodes), tiers_(arrange(nodes)), boxes_(nodes.size()), entries_(nodes.size()) {
    drawing_.title = title;
    set_widths();
    drawing_.width = text_width(title, 18, true);
    for (const Tier& tier : tiers_) drawing_.width = std::max(drawing_.width, width_of(tier));
    drawing_.width += 2 * kMargin;
    drawing_.items.push_back(Box{});  // the background, whose height is set later
    double top = kMargin + (title.empty() ? 0 : kTitle);
    drawing_.items.push_back(Label{{kMargin, kMargin + 16}, title, 18, Ink::text, Anchor::start, true});
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
  // How an edge from another column enters: past the group's name.
  struct Entry {
    int column = 0;
    double port = 0,
           head = 0;  // horizontal offset from the box's centre; height of the group's head above the box
  };

  // Boxes side by side are as wide as their text; boxes that are alone in their row share the column's width.
  void set_widths() {
    int number = 0;
    for (const Tier& tier : tiers_) {
      for (const GraphColumn& column : tier) {
        // Room for an edge next to the group's name.
        double alone = std::min(text_width(column.group, kGroupSize, true) + 2 * kPortGap, kMostWidth);
        for (const auto& row : column.rows) {
          if (row.size() == 1) alone = std::max(alone, box_width(nodes_[size_t(row[0])]));
        }
        for (const auto& row : column.rows) {
          for (int node : row) {
            boxes_[size_t(node)].width = row.size() == 1 ? alone : box_width(nodes_[size_t(node)]);
            boxes_[size_t(node)].height = kBoxHeight;
            entries_[size_t(node)].column = number;
          }
        }
        ++number;
      }
    }
  }

  double width_of(const std::vector<int>& row) const {
    double width = kSlotGap * double(row.size() - 1);
    for (int node : row) width += boxes_[size_t(node)].width;
    return width;
  }

  double width_of(const GraphColumn& column) const {
    double width = std::min(text_width(column.group, kGroupSize, true), kMostWidth);
    for (const auto& row : column.rows) width = std::max(width, width_of(row));
    return width + 2 * kPadding;
  }

  double width_of(const Tier& tier) const {
    double width = kColumnGap * double(tier.size() - 1);
    for (const GraphColumn& column : tier) width += width_of(column);
    return width;
  }

  double place_tier(const Tier& tier, double top) {
    double left = (drawing_.width - width_of(tier)) / 2, height = 0;
    for (const GraphColumn& column : tier) {
      height = std::max(height, height_of(column));
      place_column(column, left, top);
      left += width_of(column) + kColumnGap;
    }
    return height;
  }

  void place_column(const GraphColumn& column, double left, double top) {
    const double centre = left + width_of(column) / 2;
    double y = top + kGroupHead;
    for (const auto& row : column.rows) {
      double x = centre - width_of(row) / 2;
      for (int node : row) {
        Placed& box = boxes_[size_t(node)];
        box.x = x + box.width / 2;
        box.top = y;
        x += box.width + kSlotGap;
      }
      y += kBoxHeight + kRowGap;
    }
    // Edges from other columns turn above the whole tier, so that none crosses a group's tint.
    for (int node : column.rows[0]) entries_[size_t(node)].head = kGroupHead;
    if (!column.group.empty()) draw_group(column, left, top);
  }

  void draw_group(const GraphColumn& column, double left, double top) {
    const Ink ink = series_ink(groups_++);
    const double width = width_of(column);
    const std::string name = fit_text(column.group, kGroupSize, true, width - 2 * kPadding);
    drawing_.items.push_back(Box{left, top, width, height_of(column), 10, ink, 0.09});
    drawing_.items.push_back(Label{{left + kPadding, top + 21}, name, kGroupSize, ink, Anchor::start, true});
    const double name_end = left + kPadding + text_width(name, kGroupSize, true) + 10;
    for (int node : column.rows[0]) {
      const Placed& box = boxes_[size_t(node)];
      const double most = box.width / 2 - kPortGap;
      entries_[size_t(node)].port = std::clamp(name_end - box.x, 0.0, most);
    }
  }

  void draw_box(const GraphNode& node, const Placed& box) {
    const double left = box.x - box.width / 2, right = box.x + box.width / 2, room = box.width - 2 * kInset;
    drawing_.items.push_back(Box{left, box.top, box.width, box.height, 6, Ink::card, 1, true});
    const double shape_width = text_width(node.shape, kDetailSize);
    const std::string name = fit_text(node.name, kNameSize, true, room - shape_width - 8);
    const std::string detail = fit_text(detail_line(node), kDetailSize, false, room);
    const Point first{left + kInset, box.top + 18}, second{left + kInset, box.top + 35};
    drawing_.items.push_back(Label{first, name, kNameSize, Ink::text, Anchor::start, true});
    drawing_.items.push_back(
        Label{{right - kInset, first.y}, node.shape, kDetailSize, Ink::muted, Anchor::end});
    drawing_.items.push_back(Label{second, detail, kDetailSize, Ink::muted});
  }

  // The x at which the edge meets the top of `to`.
  double entry_x(int from, int to) const {
    const Entry& entry = entries_[size_t(to)];
    return boxes_[size_t(to)].x + (entry.column == entries_[size_t(from)].column ? 0 : entry.port);
  }

  std::vector<int> targets(int from) const {
    std::vector<int> found;
    for (size_t i = 0; i < nodes_.size(); ++i) {
      const auto& inputs = nodes_[i].inputs;
      if (std::find(inputs.begin(), inputs.end(), from) != inputs.end()) found.push_back(int(i));
    }
    return found;
  }

  // Horizontal offset from the centre of `from`. The only edge of a box goes straight down if it can. Several
  // edges are spread in the order of their targets, around the target directly below or else around the
  // middle.
  double exit_port(int from, int to) const {
    const Placed& box = boxes_[size_t(from)];
    const double most = box.width / 2 - kPortGap;
    std::vector<int> all = targets(from);
    if (all.size() == 1) {
      const double shift = entry_x(from, to) - box.x;
      return std::abs(shift) <= most ? shift : 0;
    }
    std::stable_sort(all.begin(), all.end(),
                     [&](int a, int b) { return entry_x(from, a) < entry_x(from, b); });
    const auto below = std::find_if(all.begin(), all.end(), [&](int other) { return is_below(from, other); });
    const double pivot = below == all.end() ? double(all.size() - 1) / 2 : double(below - all.begin());
    const double rank = double(std::find(all.begin(), all.end(), to) - all.begin());
    return std::clamp(kPortGap * (rank - pivot), -most, most);
  }

  // Whether `to` is in the next row, directly below `from`.
  bool is_below(int from, int to) const {
    const Placed &source = boxes_[size_t(from)], &target = boxes_[size_t(to)];
    return std::abs(source.x - entry_x(from, to)) < 1 && target.top - source.bottom() <= kRowGap;
  }

  // The distance above `to` at which the edge turns. Boxes of one row have different lanes, so that edges do
  // not overlap.
  double lane(int from, int to) const {
    const int column = entries_[size_t(to)].column;
    const bool is_inside = entries_[size_t(from)].column == column;
    int index = 0;
    for (size_t i = 0; i < size_t(to); ++i) {
      const bool is_rival = boxes_[i].top == boxes_[size_t(to)].top && !nodes_[i].inputs.empty();
      index += is_rival && (!is_inside || entries_[i].column == column);
    }
    return kLowestLane + kLaneGap * double(index % kLanes) + (is_inside ? 0 : entries_[size_t(to)].head);
  }

  void draw_edges() {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      const int to = int(i);
      for (int from : nodes_[i].inputs) {
        const Point start{boxes_[size_t(from)].x + exit_port(from, to), boxes_[size_t(from)].bottom()};
        const Point end{entry_x(from, to), boxes_[i].top};
        Line line{route(boxes_, start, end, lane(from, to)), Ink::muted, 1.2};
        line.arrow = true;
        drawing_.items.push_back(std::move(line));
      }
    }
  }

  const std::vector<GraphNode>& nodes_;
  std::vector<Tier> tiers_;
  std::vector<Placed> boxes_;   // by node
  std::vector<Entry> entries_;  // by node
  int groups_ = 0;
  Drawing drawing_;
};

}  // namespace

std::string graph_to_svg(const std::vector<GraphNode>& nodes, const std::string& title) {
  return render_svg(GraphLayout(nodes, title).draw());
}

}  // namespace shortlist
