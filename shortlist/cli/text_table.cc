#include "shortlist/cli/text_table.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "shortlist/features/utf8.h"

namespace shortlist {
namespace {

constexpr size_t kWidestCell = 48;

uint32_t code_point(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (bytes.size() == 1) return first;
  uint32_t code = first & (0x7Fu >> bytes.size());
  for (size_t i = 1; i < bytes.size(); ++i) code = code << 6 | (static_cast<unsigned char>(bytes[i]) & 0x3Fu);
  return code;
}

// The East Asian wide blocks and emoji (UAX 11), combining marks and joiners.
size_t code_point_width(uint32_t code) {
  const auto in = [code](uint32_t first, uint32_t last) { return code >= first && code <= last; };
  if (in(0x300, 0x36F) || in(0x200B, 0x200F) || in(0xFE00, 0xFE0F)) return 0;
  const bool wide = in(0x1100, 0x115F) || in(0x2E80, 0xA4CF) || in(0xAC00, 0xD7A3) || in(0xF900, 0xFAFF) ||
                    in(0xFE30, 0xFE6F) || in(0xFF00, 0xFF60) || in(0xFFE0, 0xFFE6) || in(0x1F300, 0x1FAFF) ||
                    in(0x20000, 0x3FFFD);
  return wide ? 2 : 1;
}

// Calls visit(bytes of a character, its width) until it returns false.
template <typename Visit>
void each_character(std::string_view text, const Visit& visit) {
  for (size_t at = 0; at < text.size();) {
    const size_t size = std::max<size_t>(1, code_point_size(text.substr(at)));
    const std::string_view bytes = text.substr(at, size);
    if (!visit(bytes, code_point_width(code_point(bytes)))) return;
    at += size;
  }
}

// One line of printable text, at most `widest` wide.
std::string as_cell(std::string_view text, size_t widest) {
  std::string cell;
  size_t width = 0, before_last = 0;
  bool cut = false;
  each_character(text, [&](std::string_view bytes, size_t w) {
    if (w > widest || width > widest - w) {
      cut = true;
      return false;
    }
    if (width + w + 3 <= widest) before_last = cell.size() + bytes.size();
    const bool control = bytes.size() == 1 && static_cast<unsigned char>(bytes[0]) < 0x20;
    cell += control ? std::string_view(" ") : bytes;
    width += w;
    return true;
  });
  if (cut) cell = cell.substr(0, before_last) + "...";
  return cell;
}

}  // namespace

size_t output_columns() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0) return kNoTerminal;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

size_t text_width(std::string_view text) {
  size_t width = 0;
  each_character(text, [&](std::string_view, size_t w) {
    width += w;
    return true;
  });
  return width;
}

TextTable::TextTable(std::vector<std::string> header) : header_(std::move(header)), right_(header_.size()) {}

void TextTable::add(std::vector<std::string> cells) {
  const size_t widest = output_columns() == kNoTerminal ? kNoTerminal : kWidestCell;
  for (std::string& cell : cells) cell = as_cell(cell, widest);
  rows_.push_back(std::move(cells));
}

std::string TextTable::line(const std::vector<std::string>& cells, const std::vector<size_t>& widths) const {
  std::string text;
  for (size_t c = 0; c < cells.size(); ++c) {
    const std::string blanks(widths[c] - text_width(cells[c]), ' ');
    text += (c == 0 ? "" : "  ") + (right_[c] ? blanks + cells[c] : cells[c] + blanks);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return as_cell(text, output_columns()) + "\n";
}

std::string TextTable::text(bool with_header) const {
  std::vector<size_t> widths;
  for (const std::string& title : header_) widths.push_back(text_width(title));
  for (const auto& row : rows_) {
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], text_width(row[c]));
  }
  std::string text = with_header ? line(header_, widths) : "";
  for (const auto& row : rows_) text += line(row, widths);
  return text;
}

}  // namespace shortlist
