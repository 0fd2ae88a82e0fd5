// The input of a renderer: lines, dots, boxes and labels in painting order. Lengths are CSS pixels, y points
// down, and colours are roles ("ink") that a renderer maps to light or dark colours.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shortlist/report/chart.h"

namespace shortlist {

enum class Ink {
  paper,
  text,
  muted,
  grid,
  axis,
  card,
  series_0,
  series_1,
  series_2,
  series_3,
  series_4,
  series_5
};

struct InkColours {
  const char* name;           // CSS class, without the prefix "ink-"
  std::uint32_t light, dark;  // 0xRRGGBB
};

// Indexed by Ink. The page's colours (web/src/style/base.css). The series use the palette of Okabe and Ito
// (2008), which is distinguishable with all types of colour vision.
inline constexpr std::array<InkColours, 12> kInks = {{{"paper", 0xFAF8F4, 0x161613},
                                                      {"text", 0x1D1B17, 0xECE9E2},
                                                      {"muted", 0x69645A, 0xA39E92},
                                                      {"grid", 0xE2DCD0, 0x34332D},
                                                      {"axis", 0x8D877B, 0x757064},
                                                      {"card", 0xFFFFFF, 0x1E1E1A},
                                                      {"series-0", 0x0072B2, 0x56B4E9},
                                                      {"series-1", 0xD55E00, 0xE69F00},
                                                      {"series-2", 0x00825F, 0x2DC69A},
                                                      {"series-3", 0xA8568A, 0xDB93BC},
                                                      {"series-4", 0x9A7400, 0xF0E442},
                                                      {"series-5", 0x4B5563, 0xB6BEC9}}};
inline constexpr int kSeriesInks = 6;

inline Ink series_ink(int series) { return Ink(int(Ink::series_0) + series % kSeriesInks); }

// A line with fewer than two points is not painted.
struct Line {
  std::vector<Point> points;
  Ink ink = Ink::text;
  double width = 1;
  bool dashed = false;
  bool arrow = false;  // arrow head at the last point; the last segment must enter it vertically from above
};

struct Dot {
  Point centre;
  double radius = 3;
  Ink ink = Ink::text;
};

struct Box {
  double x = 0, y = 0, width = 0, height = 0, radius = 0;
  Ink fill = Ink::card;
  double opacity = 1;  // of the fill
  bool outlined = false;
};

enum class Anchor { start, middle, end };

struct Label {
  Point at;  // on the baseline
  std::string text;
  double size = 12;
  Ink ink = Ink::text;
  Anchor anchor = Anchor::start;
  bool bold = false;
  std::string tail;  // follows the text after a space, never bold; only with Anchor::start
};

struct Drawing {
  double width = 0, height = 0;
  std::string title;  // for screen readers
  std::vector<std::variant<Line, Dot, Box, Label>> items;
};

// The arrow head at the end of a line, as a triangle.
std::array<Point, 3> arrow_head(const Line& line);

// Approximate width of the text in a common sans-serif font, rounded up a little. Source: the widths of
// Helvetica.
double text_width(std::string_view text, double size, bool bold = false);

// The text, truncated with "..." if it would be wider than `width`.
std::string fit_text(std::string_view text, double size, bool bold, double width);

std::string render_svg(const Drawing& drawing);
std::string render_png(const Drawing& drawing);

}  // namespace shortlist
