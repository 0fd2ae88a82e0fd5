#include "shortlist/report/chart.h"

#include <gtest/gtest.h>
#include <png.h>

#include <algorithm>
#include <cmath>

#include "shortlist/report/chart_layout.h"
#include "shortlist/testing/markup_check.h"

namespace shortlist {
namespace {

ChartRow two_charts() {
  const Series train{"training", {{1, 1.6}, {2, 1.5}, {3, 1.44}}};
  const Series validation{"validation", {{1, 1.7}, {2, 1.52}, {3, 1.46}}, true};
  return {"Learning curves",
          {{"RMSE", "epoch", "error", {train, validation}}, {"Loss", "epoch", "", {train}}}};
}

ChartRow one_line(std::vector<Point> points) {
  return {"", {{"t", "x", "y", {{"line", std::move(points)}}}}};
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

struct Pixels {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;
};

Pixels decode(const std::string& png) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_TRUE(png_image_begin_read_from_memory(&image, png.data(), png.size())) << image.message;
  image.format = PNG_FORMAT_RGB;
  Pixels pixels{int(image.width), int(image.height), std::vector<std::uint8_t>(PNG_IMAGE_SIZE(image))};
  EXPECT_TRUE(png_image_finish_read(&image, nullptr, pixels.rgb.data(), 0, nullptr)) << image.message;
  return pixels;
}

// The number of pixels with exactly this colour.
int count_colour(const Pixels& pixels, std::uint32_t colour) {
  int found = 0;
  for (size_t i = 0; i < pixels.rgb.size(); i += 3) {
    found += std::uint32_t(pixels.rgb[i] << 16 | pixels.rgb[i + 1] << 8 | pixels.rgb[i + 2]) == colour;
  }
  return found;
}

TEST(ChartSvg, IsBalancedAndNamesEverything) {
  const std::string svg = to_svg(two_charts());
  EXPECT_EQ(markup_fault(svg), "");
  for (const char* text :
       {"Learning curves", "RMSE", "Loss", "epoch", "error", "1.440", "validation", "1.460"}) {
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(count(svg, "stroke-dasharray"), 1u);
}

TEST(ChartSvg, NamesNoOutsideHost) {
  const std::string svg = to_svg(two_charts());
  EXPECT_EQ(count(svg, "http"), count(svg, "http://www.w3.org/2000/svg"));
  EXPECT_EQ(svg.find("url("), std::string::npos);
}

TEST(ChartSvg, EscapesText) {
  ChartRow row = two_charts();
  row.title = "a < b & \"c\"\x01";
  row.charts[0].series[0].name = "<script>";
  const std::string svg = to_svg(row);
  EXPECT_EQ(markup_fault(svg), "");
  EXPECT_NE(svg.find("a &lt; b &amp; &quot;c&quot;<"), std::string::npos);
  EXPECT_EQ(svg.find("<script>"), std::string::npos);
}

TEST(ChartSvg, LeavesAGapWhereAValueIsNotFinite) {
  const std::string whole = to_svg(one_line({{1, 1}, {2, 2}, {3, 3}, {4, 4}}));
  const std::string gap = to_svg(one_line({{1, 1}, {2, 2}, {2.5, NAN}, {2.6, INFINITY}, {3, 3}, {4, 4}}));
  EXPECT_EQ(count(gap, "stroke-series-0\" "), count(whole, "stroke-series-0\" ") + 1);
  EXPECT_EQ(gap.find("nan"), std::string::npos);
  EXPECT_EQ(gap.find("inf"), std::string::npos);
}

TEST(ChartSvg, ShowsASingleValueAsADot) {
  const std::string svg = to_svg(one_line({{1, 0.5}}));
  EXPECT_EQ(count(svg, "<circle"), 2u);  // the point, and the marker of the last value
  EXPECT_EQ(count(svg, "class=\"line stroke-series-0"), 0u);
  EXPECT_NE(svg.find("0.500"), std::string::npos);
}

TEST(ChartSvg, SaysWhenThereIsNothingToShow) {
  EXPECT_NE(to_svg(one_line({})).find("no values yet"), std::string::npos);
  EXPECT_NE(to_svg(one_line({{1, NAN}})).find("no values yet"), std::string::npos);
  EXPECT_EQ(markup_fault(to_svg(ChartRow{})), "");
}

TEST(ChartLayout, KeepsEndLabelsApart) {
  Chart chart{"t", "x", "y", {}};
  for (int i = 0; i < 6; ++i) chart.series.push_back({"line", {{1, 0.0}, {2, 1.0}}});
  std::vector<double> heights;
  for (const auto& item : draw_charts({"", {chart}}).items) {
    const Label* label = std::get_if<Label>(&item);
    if (label && label->tail == "line") heights.push_back(label->at.y);
  }
  std::sort(heights.begin(), heights.end());
  ASSERT_EQ(heights.size(), 6u);
  for (size_t i = 1; i < heights.size(); ++i) EXPECT_GE(heights[i] - heights[i - 1], 15.9);
}

TEST(ChartLayout, StaysOnThePage) {
  const Drawing drawing = draw_charts(two_charts());
  for (const auto& item : drawing.items) {
    if (const Label* label = std::get_if<Label>(&item)) {
      const double width =
          text_width(label->text, label->size, label->bold) + text_width(label->tail, label->size);
      EXPECT_GE(label->at.x - (label->anchor == Anchor::end ? width : 0), 0) << label->text;
      EXPECT_LE(label->at.x + (label->anchor == Anchor::start ? width : 0), drawing.width) << label->text;
      EXPECT_LE(label->at.y, drawing.height) << label->text;
    }
  }
}

TEST(ChartLayout, MarksAnXWithALineAndADotOnEachSeries) {
  ChartRow row = two_charts();
  row.charts.resize(1);
  row.charts[0].mark = Mark{2, "kept: epoch 2, 1.520"};
  row.charts[0].note = "A sentence.";
  int dots = 0, lines = 0, texts = 0;
  double x = 0;
  const Drawing drawing = draw_charts(row);
  for (const auto& item : drawing.items) {
    const Line* line = std::get_if<Line>(&item);
    if (line && line->points.size() == 2 && line->points[0].x == line->points[1].x &&
        line->points[1].y - line->points[0].y > 100) {
      x = line->points[0].x;
      ++lines;
    }
    const Label* label = std::get_if<Label>(&item);
    texts += label && (label->text == "kept: epoch 2, 1.520" || label->text == "A sentence.");
  }
  for (const auto& item : drawing.items) {
    const Dot* dot = std::get_if<Dot>(&item);
    dots += dot && dot->centre.x == x;
  }
  EXPECT_EQ(lines, 1);
  EXPECT_EQ(dots, 2);
  EXPECT_EQ(texts, 2);
}

TEST(ChartLayout, LeavesOutAMarkThatIsNotOnTheAxis) {
  ChartRow row = two_charts();
  row.charts[0].mark = Mark{7, "kept"};
  EXPECT_EQ(to_svg(row).find("kept"), std::string::npos);
}

TEST(ChartPng, ShowsEverySeriesAtTwiceTheSize) {
  const Drawing drawing = draw_charts(two_charts());
  const Pixels pixels = decode(to_png(two_charts()));
  EXPECT_EQ(pixels.width, 2 * drawing.width);
  EXPECT_EQ(pixels.height, 2 * drawing.height);
  EXPECT_GT(count_colour(pixels, kInks[size_t(Ink::series_0)].light), 500);
  EXPECT_GT(count_colour(pixels, kInks[size_t(Ink::series_1)].light), 200);
  EXPECT_GT(count_colour(pixels, kInks[size_t(Ink::text)].light), 200);
  EXPECT_GT(count_colour(pixels, kInks[size_t(Ink::paper)].light), pixels.width * pixels.height / 2);
}

TEST(ChartPng, HasTheSameBytesEveryTime) { EXPECT_EQ(to_png(two_charts()), to_png(two_charts())); }

TEST(ChartPng, TakesAnyText) {
  ChartRow row = two_charts();
  row.title = "caf\xC3\xA9 \xE3\x82\xA2 \xFF\n\x01";
  ChartRow ascii = two_charts();
  ascii.title = "caf? ? ???";
  EXPECT_EQ(to_png(row), to_png(ascii));
  EXPECT_GT(decode(to_png(ChartRow{})).width, 0);
}

TEST(FitText, CutsBetweenLetters) {
  EXPECT_EQ(fit_text("short", 12, false, 200), "short");
  EXPECT_EQ(fit_text("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 10, false, 26), "\xC3\xA9\xC3\xA9...");
}

}  // namespace
}  // namespace shortlist
