// Line charts side by side, as SVG and as PNG. Both are rendered from one layout, so they show the same
// picture.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace shortlist {

struct Point {
  double x = 0, y = 0;
};

// A point whose x or y is not finite is left out and leaves a gap in the line.
struct Series {
  std::string name;
  std::vector<Point> points;
  bool dashed = false;
};

// A vertical line at x, with a dot on each series and a text above.
struct Mark {
  double x = 0;
  std::string text;
};

struct Chart {
  std::string title, x_label, y_label;
  std::vector<Series> series;
  std::optional<Mark> mark;
  std::string note;  // a sentence below the axis; empty: none
};

// A y value with the decimals that distinguish values in the chart.
std::string value_text(const Chart& chart, double y);

struct ChartRow {
  std::string title;  // over all charts; empty: none
  std::vector<Chart> charts;
};

// Self-contained SVG: system fonts, light or dark by the reader's preference, no external references.
std::string to_svg(const ChartRow& row);

// Light theme, anti-aliased, two pixels per SVG unit; needs no font. Equal rows give equal bytes. Characters
// outside ASCII become '?'.
std::string to_png(const ChartRow& row);

}  // namespace shortlist
