#include "shortlist/report/drawing.h"

namespace shortlist {
namespace {

// In ems. A UTF-8 continuation byte has no width; the lead byte counts for the whole character.
double letter_width(unsigned char c) {
  if (c >= 0xE3) return 1.0;
  if (c >= 0xC0) return 0.6;
  if (c >= 0x80) return 0;
  if (std::string_view("ijl.,:;'|!I ").find(char(c)) != std::string_view::npos) return 0.28;
  if (std::string_view("ftr()[]-/*\"").find(char(c)) != std::string_view::npos) return 0.36;
  if (std::string_view("mwMW@%").find(char(c)) != std::string_view::npos) return 0.86;
  if (c >= 'A' && c <= 'Z') return 0.69;
  return 0.56;
}

bool starts_letter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

}  // namespace

std::array<Point, 3> arrow_head(const Line& line) {
  const Point tip = line.points.back();
  return {Point{tip.x - 3.5, tip.y - 6}, tip, Point{tip.x + 3.5, tip.y - 6}};
}

double text_width(std::string_view text, double size, bool bold) {
  double ems = 0;
  for (char c : text) ems += letter_width(static_cast<unsigned char>(c));
  return ems * size * (bold ? 1.2 : 1.1);
}

std::string fit_text(std::string_view text, double size, bool bold, double width) {
  if (text_width(text, size, bold) <= width) return std::string(text);
  size_t length = text.size();
  while (length > 0 &&
         text_width(text.substr(0, length), size, bold) + text_width("...", size, bold) > width) {
    do --length;
    while (length > 0 && !starts_letter(text[length]));
  }
  while (length > 0 && std::string_view(" .,:").find(text[length - 1]) != std::string_view::npos) --length;
  return std::string(text.substr(0, length)) + "...";
}

}  // namespace shortlist
