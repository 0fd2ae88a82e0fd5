// Formats rows of text as an aligned table. CJK characters count as two columns. On a terminal, long cells
// and lines are cut to its width. Output to a file or a pipe is not cut.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shortlist {

// Width in columns of the terminal on standard output, or kNoTerminal.
inline constexpr size_t kNoTerminal = SIZE_MAX;
size_t output_columns();

// Width in terminal columns of UTF-8 text.
size_t text_width(std::string_view text);

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);
  // Needs as many cells as the header. Line ends become spaces.
  void add(std::vector<std::string> cells);
  // For numbers.
  void align_right(size_t column) { right_[column] = true; }
  // Ends with a newline.
  std::string text(bool with_header = true) const;

 private:
  std::string line(const std::vector<std::string>& cells, const std::vector<size_t>& widths) const;
  std::vector<std::string> header_;
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace shortlist
