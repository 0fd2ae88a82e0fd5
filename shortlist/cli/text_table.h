// Rows of text as an aligned table for people. Knows that CJK characters are two columns wide. On a terminal
// long cells and lines are cut to its width; what goes to a file or a pipe is whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shortlist {

// Columns of the terminal that standard output is, or kNoTerminal.
inline constexpr size_t kNoTerminal = SIZE_MAX;
size_t output_columns();

// Columns of a terminal that UTF-8 text takes.
size_t text_width(std::string_view text);

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);
  // As many cells as the header. Line ends become spaces.
  void add(std::vector<std::string> cells);
  // Numbers stand on the right.
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
