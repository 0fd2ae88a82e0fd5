#include <agg_conv_dash.h>
#include <agg_conv_stroke.h>
#include <agg_ellipse.h>
#include <agg_gsv_text.h>
#include <agg_path_storage.h>
#include <agg_pixfmt_rgb.h>
#include <agg_rasterizer_scanline_aa.h>
#include <agg_renderer_base.h>
#include <agg_renderer_scanline.h>
#include <agg_rendering_buffer.h>
#include <agg_rounded_rect.h>
#include <agg_scanline_u.h>

#include <cmath>

#include "shortlist/report/drawing.h"
#include "shortlist/report/png_file.h"

namespace shortlist {
namespace {

constexpr double kScale = 2;  // pixels per unit

// AGG's stroke font has glyphs for ASCII only and would read past its table for other bytes.
std::string to_ascii(const std::string& text) {
  std::string ascii;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;
    ascii += byte >= 0x20 && byte < 0x7F ? c : '?';
  }
  return ascii;
}

class Canvas {
 public:
  Canvas(int width, int height)
      : width_(width),
        height_(height),
        pixels_(size_t(width) * size_t(height) * 3, 0xFF),
        buffer_(pixels_.data(), unsigned(width), unsigned(height), width * 3),
        format_(buffer_),
        base_(format_),
        renderer_(base_) {}

  void paint(const Line& line) {
    if (line.points.size() < 2) return;
    agg::path_storage path = to_path(line.points);
    if (line.dashed) {
      agg::conv_dash<agg::path_storage> dashes(path);
      dashes.add_dash(6 * kScale, 5 * kScale);
      stroke(dashes, line.width, line.ink);
    } else {
      stroke(path, line.width, line.ink);
    }
    if (line.arrow) {
      const auto head = arrow_head(line);
      agg::path_storage triangle = to_path(head);
      fill(triangle, line.ink);
    }
  }

  void paint(const Dot& dot) {
    agg::ellipse ellipse(dot.centre.x * kScale, dot.centre.y * kScale, dot.radius * kScale,
                         dot.radius * kScale, 48);
    fill(ellipse, dot.ink);
  }

  void paint(const Box& box) {
    agg::rounded_rect shape(box.x * kScale, box.y * kScale, (box.x + box.width) * kScale,
                            (box.y + box.height) * kScale, box.radius * kScale);
    fill(shape, box.fill, box.opacity);
    if (box.outlined) stroke(shape, 1, Ink::axis);
  }

  void paint(const Label& label) {
    const double shift = label.anchor == Anchor::start ? 0 : label.anchor == Anchor::middle ? 0.5 : 1;
    const double width = write(label, label.text, label.at.x * kScale, label.bold, shift);
    if (!label.tail.empty()) {
      write(label, label.tail, label.at.x * kScale + width + label.size * kScale * kWordSpace, false, 0);
    }
  }

  std::string png() const { return encode_png(pixels_, width_, height_); }

 private:
  // Fractions of the font size that make the stroke font about as large as a common sans-serif font.
  static constexpr double kLetterHeight = 0.74, kLetterWidth = 0.62, kLetterSpace = 0.08, kWordSpace = 0.45;

  // Shifts the text left by `shift` times its width. Returns the width in pixels.
  double write(const Label& label, const std::string& words, double x, bool bold, double shift) {
    agg::gsv_text text;
    const std::string ascii = to_ascii(words);
    text.size(label.size * kScale * kLetterHeight, label.size * kScale * kLetterWidth);
    text.space(label.size * kScale * kLetterSpace);
    text.flip(true);
    text.text(ascii.c_str());
    const double width = text.text_width();
    text.start_point(x - shift * width, label.at.y * kScale);
    stroke(text, label.size * (bold ? 0.125 : 0.085), label.ink);
    return width;
  }

  template <typename Points>
  static agg::path_storage to_path(const Points& points) {
    agg::path_storage path;
    for (const Point& p : points) {
      if (path.total_vertices() == 0) {
        path.move_to(p.x * kScale, p.y * kScale);
      } else {
        path.line_to(p.x * kScale, p.y * kScale);
      }
    }
    return path;
  }

  template <typename Source>
  void stroke(Source& source, double width, Ink ink) {
    agg::conv_stroke<Source> outline(source);
    outline.width(width * kScale);
    outline.line_join(agg::round_join);
    outline.line_cap(agg::round_cap);
    fill(outline, ink);
  }

  template <typename Source>
  void fill(Source& source, Ink ink, double opacity = 1) {
    const std::uint32_t rgb = kInks[size_t(ink)].light;
    rasterizer_.reset();
    rasterizer_.add_path(source);
    renderer_.color(agg::rgba8(rgb >> 16, rgb >> 8 & 0xFF, rgb & 0xFF, unsigned(std::lround(opacity * 255))));
    agg::render_scanlines(rasterizer_, scanline_, renderer_);
  }

  using Format = agg::pixfmt_rgb24;
  using Base = agg::renderer_base<Format>;

  int width_, height_;
  std::vector<std::uint8_t> pixels_;
  agg::rendering_buffer buffer_;
  Format format_;
  Base base_;
  agg::renderer_scanline_aa_solid<Base> renderer_;
  agg::rasterizer_scanline_aa<> rasterizer_;
  agg::scanline_u8 scanline_;
};

}  // namespace

std::string render_png(const Drawing& drawing) {
  Canvas canvas(int(std::ceil(drawing.width * kScale)), int(std::ceil(drawing.height * kScale)));
  for (const auto& item : drawing.items) {
    std::visit([&](const auto& shape) { canvas.paint(shape); }, item);
  }
  return canvas.png();
}

}  // namespace shortlist
