#include "shortlist/report/chart_layout.h"

#include <algorithm>
#include <cmath>

#include "shortlist/report/figure_text.h"
#include "shortlist/report/ticks.h"

namespace shortlist {
namespace {

constexpr double kWidth = 450, kHeight = 326;  // of one chart
constexpr double kMargin = 24, kGap = 36;
constexpr double kHead = 66,
                 kFoot = 62;   // above and below the plot: title, y label, mark; tick labels, x label, note
constexpr double kSmall = 12;  // text
constexpr double kEndLabelDistance = 16;

struct Range {
  double low = INFINITY, high = -INFINITY;
  bool whole = true;

  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
    whole = whole && value == std::floor(value);
  }
};

bool is_drawn(const Point& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

// Of x and of y, over all series.
std::pair<Range, Range> ranges_of(const Chart& chart) {
  Range x, y;
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) {
      if (!is_drawn(point)) continue;
      x.add(point.x);
      y.add(point.y);
    }
  }
  return {x, y};
}

struct EndLabel {
  double y = 0;
  std::string name, value;
  Ink ink = Ink::text;
};

// The plot's rectangle on the page, and the data range that it shows.
struct Frame {
  double left = 0, right = 0, top = 0, bottom = 0;
  double x_low = 0, x_high = 1, y_low = 0, y_high = 1;

  Point place(const Point& p) const {
    return {left + (right - left) * ((p.x - x_low) / (x_high - x_low)),
            bottom - (bottom - top) * ((p.y - y_low) / (y_high - y_low))};
  }
};

// Draws runs of finite points as lines; a single point becomes a dot.
void draw_series(const Series& series, const Frame& frame, Ink ink, Drawing& drawing) {
  Line line{{}, ink, 2, series.dashed};
  const auto finish = [&] {
    if (line.points.size() == 1) drawing.items.push_back(Dot{line.points[0], 3, ink});
    if (line.points.size() > 1) drawing.items.push_back(line);
    line.points.clear();
  };
  for (const Point& point : series.points) {
    if (is_drawn(point)) {
      line.points.push_back(frame.place(point));
    } else {
      finish();
    }
  }
  finish();
}

const Point* last_drawn(const Series& series) {
  const auto last = std::find_if(series.points.rbegin(), series.points.rend(), is_drawn);
  return last == series.points.rend() ? nullptr : &*last;
}

std::vector<EndLabel> end_labels(const Chart& chart) {
  std::vector<EndLabel> labels;
  for (size_t i = 0; i < chart.series.size(); ++i) {
    const Point* last = last_drawn(chart.series[i]);
    if (last)
      labels.push_back({last->y, chart.series[i].name, value_text(chart, last->y), series_ink(int(i))});
  }
  return labels;
}

// Moves labels apart, in order of height, and keeps them between top and bottom if they fit.
void spread(std::vector<EndLabel>& labels, double top, double bottom) {
  std::stable_sort(labels.begin(), labels.end(), [](const auto& a, const auto& b) { return a.y < b.y; });
  double least = top;
  for (EndLabel& label : labels) {
    label.y = std::max(label.y, least);
    least = label.y + kEndLabelDistance;
  }
  double most = bottom;
  for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
    label->y = std::min(label->y, most);
    most = label->y - kEndLabelDistance;
  }
}

void draw_end_labels(const Chart& chart, const Frame& frame, std::vector<EndLabel> labels, Drawing& drawing) {
  for (size_t i = 0; i < chart.series.size(); ++i) {
    if (const Point* last = last_drawn(chart.series[i])) {
      drawing.items.push_back(Dot{frame.place(*last), 3.5, series_ink(int(i))});
    }
  }
  for (EndLabel& label : labels) label.y = frame.place({0, label.y}).y;
  spread(labels, frame.top, frame.bottom);
  for (const EndLabel& label : labels) {
    const Point at{frame.right + 12, label.y + 4};
    drawing.items.push_back(Label{at, label.value, kSmall, label.ink, Anchor::start, true, label.name});
  }
}

void draw_axes(const Chart& chart, const Frame& frame, const Axis& x, const Axis& y, Drawing& drawing) {
  for (double tick : y.ticks) {
    const double at = frame.place({0, tick}).y;
    const bool is_base = tick == y.low;
    drawing.items.push_back(Line{{{frame.left, at}, {frame.right, at}}, is_base ? Ink::axis : Ink::grid});
    drawing.items.push_back(Label{{frame.left - 8, at + 4}, y.label(tick), kSmall, Ink::muted, Anchor::end});
  }
  for (double tick : x.ticks) {
    if (tick < frame.x_low || tick > frame.x_high) continue;
    const double at = frame.place({tick, 0}).x;
    drawing.items.push_back(Line{{{at, frame.bottom}, {at, frame.bottom + 4}}, Ink::axis});
    drawing.items.push_back(
        Label{{at, frame.bottom + 18}, x.label(tick), kSmall, Ink::muted, Anchor::middle});
  }
  const Point below{(frame.left + frame.right) / 2, frame.bottom + 37};
  drawing.items.push_back(Label{below, chart.x_label, kSmall, Ink::muted, Anchor::middle});
}

// The mark's text is on the side with more room.
void draw_mark(const Chart& chart, const Frame& frame, Drawing& drawing) {
  if (!chart.mark || chart.mark->x < frame.x_low || chart.mark->x > frame.x_high) return;
  const double at = frame.place({chart.mark->x, 0}).x;
  const bool is_left = at < (frame.left + frame.right) / 2;
  drawing.items.push_back(Line{{{at, frame.top - 8}, {at, frame.bottom}}, Ink::axis});
  drawing.items.push_back(Label{
      {at, frame.top - 13}, chart.mark->text, kSmall, Ink::text, is_left ? Anchor::start : Anchor::end});
}

void dot_mark(const Chart& chart, const Frame& frame, Drawing& drawing) {
  for (size_t i = 0; chart.mark && i < chart.series.size(); ++i) {
    for (const Point& point : chart.series[i].points) {
      if (point.x == chart.mark->x && is_drawn(point))
        drawing.items.push_back(Dot{frame.place(point), 3.5, series_ink(int(i))});
    }
  }
}

double widest_tick(const Axis& axis) {
  double widest = 0;
  for (double tick : axis.ticks) widest = std::max(widest, text_width(axis.label(tick), kSmall));
  return widest;
}

double widest_end_label(const std::vector<EndLabel>& labels) {
  double widest = 0;
  for (const EndLabel& label : labels) {
    widest = std::max(widest, text_width(label.value + " ", kSmall, true) + text_width(label.name, kSmall));
  }
  return widest;
}

void draw_chart(const Chart& chart, double left, double top, Drawing& drawing) {
  const auto [x_range, y_range] = ranges_of(chart);
  drawing.items.push_back(Label{{left, top + 14}, chart.title, 14, Ink::text, Anchor::start, true});
  drawing.items.push_back(Label{{left, top + 32}, chart.y_label, kSmall, Ink::muted});
  if (x_range.low > x_range.high) {
    const Point centre{left + kWidth / 2, top + kHeight / 2};
    drawing.items.push_back(Label{centre, "no values yet", kSmall, Ink::muted, Anchor::middle});
    return;
  }
  const Axis x = nice_axis(x_range.low, x_range.high, 8, x_range.whole);
  const Axis y = nice_axis(y_range.low, y_range.high, 5);
  const std::vector<EndLabel> labels = end_labels(chart);
  Frame frame{left + widest_tick(y) + 8, left + kWidth - widest_end_label(labels) - 12, top + kHead,
              top + kHeight - kFoot};
  // The x axis ends at the last data point; a single x is centred.
  const bool single = x_range.low == x_range.high;
  frame.x_low = single ? x.low : x_range.low;
  frame.x_high = single ? x.high : x_range.high;
  frame.y_low = y.low;
  frame.y_high = y.high;
  draw_axes(chart, frame, x, y, drawing);
  draw_mark(chart, frame, drawing);
  for (size_t i = 0; i < chart.series.size(); ++i) {
    draw_series(chart.series[i], frame, series_ink(int(i)), drawing);
  }
  dot_mark(chart, frame, drawing);
  draw_end_labels(chart, frame, labels, drawing);
  if (!chart.note.empty())
    drawing.items.push_back(Label{{left, frame.bottom + 58}, chart.note, kSmall, Ink::text});
}

}  // namespace

Drawing draw_charts(const ChartRow& row) {
  const double count = double(std::max<size_t>(row.charts.size(), 1));
  const double head = row.title.empty() ? 0 : 40;
  Drawing drawing{
      2 * kMargin + count * kWidth + (count - 1) * kGap, 2 * kMargin + head + kHeight, row.title, {}};
  drawing.items.push_back(Box{0, 0, drawing.width, drawing.height, 0, Ink::paper});
  if (head > 0) {
    drawing.items.push_back(Label{{kMargin, kMargin + 16}, row.title, 18, Ink::text, Anchor::start, true});
  }
  for (size_t i = 0; i < row.charts.size(); ++i) {
    if (drawing.title.empty()) drawing.title = row.charts[i].title;
    draw_chart(row.charts[i], kMargin + double(i) * (kWidth + kGap), kMargin + head, drawing);
  }
  return drawing;
}

std::string value_text(const Chart& chart, double y) {
  const Range range = ranges_of(chart).second;
  return measured_text(y, span_decimals(range.high - range.low, range.high));
}

std::string to_svg(const ChartRow& row) { return render_svg(draw_charts(row)); }
std::string to_png(const ChartRow& row) { return render_png(draw_charts(row)); }

}  // namespace shortlist
