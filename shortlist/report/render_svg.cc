#include <fmt/format.h>

#include "shortlist/report/drawing.h"
#include "shortlist/report/escape.h"

namespace shortlist {
namespace {

// A tenth of a pixel is not visible; integers stay short.
std::string number(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

const char* name_of(Ink ink) { return kInks[size_t(ink)].name; }

template <size_t N>
std::string coordinates(const std::array<Point, N>& points) {
  std::string text;
  for (const Point& p : points)
    text += fmt::format("{}{},{}", text.empty() ? "" : " ", number(p.x), number(p.y));
  return text;
}

std::string coordinates(const std::vector<Point>& points) {
  std::string text;
  for (const Point& p : points)
    text += fmt::format("{}{},{}", text.empty() ? "" : " ", number(p.x), number(p.y));
  return text;
}

std::string element(const Line& line) {
  if (line.points.size() < 2) return "";
  std::string svg = fmt::format("<polyline class=\"line stroke-{}\" stroke-width=\"{}\"{} points=\"{}\"/>\n",
                                name_of(line.ink), number(line.width),
                                line.dashed ? " stroke-dasharray=\"6 5\"" : "", coordinates(line.points));
  if (line.arrow) {
    svg += fmt::format("<polygon class=\"fill-{}\" points=\"{}\"/>\n", name_of(line.ink),
                       coordinates(arrow_head(line)));
  }
  return svg;
}

std::string element(const Dot& dot) {
  return fmt::format("<circle class=\"fill-{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>\n", name_of(dot.ink),
                     number(dot.centre.x), number(dot.centre.y), number(dot.radius));
}

std::string element(const Box& box) {
  return fmt::format("<rect class=\"fill-{}{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"{}/>\n",
                     name_of(box.fill), box.outlined ? " stroke-axis" : "", number(box.x), number(box.y),
                     number(box.width), number(box.height), number(box.radius),
                     box.opacity < 1 ? fmt::format(" fill-opacity=\"{:.2f}\"", box.opacity) : "");
}

std::string element(const Label& label) {
  if (label.text.empty()) return "";
  const std::string tail =
      label.tail.empty() ? "" : "<tspan font-weight=\"400\"> " + escape_markup(label.tail) + "</tspan>";
  static constexpr const char* kAnchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
  return fmt::format("<text class=\"fill-{}\" x=\"{}\" y=\"{}\" font-size=\"{}\"{}{}>{}{}</text>\n",
                     name_of(label.ink), number(label.at.x), number(label.at.y), number(label.size),
                     kAnchors[int(label.anchor)], label.bold ? " font-weight=\"600\"" : "",
                     escape_markup(label.text), tail);
}

std::string colour_rules(bool dark) {
  std::string css;
  for (const InkColours& ink : kInks) {
    const auto colour = dark ? ink.dark : ink.light;
    css += fmt::format(".drawing .fill-{0}{{fill:#{1:06x}}}.drawing .stroke-{0}{{stroke:#{1:06x}}}\n",
                       ink.name, colour);
  }
  return css;
}

std::string style() {
  return fmt::format(
      "<style>\n.drawing text{{font-family:'Hanken Grotesk',system-ui,-apple-system,'Segoe UI',Roboto,"
      "sans-serif;font-variant-numeric:tabular-nums}}\n"
      ".drawing .line{{fill:none;stroke-linejoin:round;stroke-linecap:round}}\n"
      "{}@media (prefers-color-scheme:dark){{\n{}}}\n</style>\n",
      colour_rules(false), colour_rules(true));
}

}  // namespace

std::string render_svg(const Drawing& drawing) {
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"drawing\" role=\"img\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\">\n<title>{2}</title>\n{3}",
      number(drawing.width), number(drawing.height), escape_markup(drawing.title), style());
  for (const auto& item : drawing.items) {
    svg += std::visit([](const auto& shape) { return element(shape); }, item);
  }
  return svg + "</svg>\n";
}

}  // namespace shortlist
