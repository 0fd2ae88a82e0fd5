// Single cells of a column, read as what a feature wants, whatever type the table gave the column.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "shortlist/base/error.h"
#include "shortlist/table/column.h"
#include "shortlist/table/text_value.h"

namespace shortlist {

// A data error that knows its row, counted from 0 in what was read, and its column once that is known.
class RowError : public Error {
 public:
  RowError(size_t row, std::string detail, std::string column = "")
      : Error(ErrorKind::data,
              fmt::format("row {}{}: {}", row + 1, column.empty() ? "" : fmt::format(", column '{}'", column),
                          detail)),
        row_(row),
        detail_(std::move(detail)),
        column_(std::move(column)) {}
  size_t row() const { return row_; }
  const std::string& detail() const { return detail_; }  // the message without its place
  RowError in_column(const std::string& column) const { return {row_, detail_, column}; }
  RowError at_row(size_t row) const { return {row, detail_, column_}; }
  // The same where so many rows stand before those that were read.
  RowError after(size_t rows) const { return at_row(rows + row_); }

 private:
  size_t row_;
  std::string detail_, column_;
};

// The value for a message: in quotes, cut when long, control characters and bytes that are no UTF-8 shown as
// ?.
std::string quote_value(std::string_view value);

// A cell's text. Integers and whole numbers stand as decimal integers, other numbers with the fewest digits
// that give the same number again.
class TextCell {
 public:
  TextCell() = default;
  TextCell(const TextCell&) = delete;
  TextCell& operator=(const TextCell&) = delete;

  // False when the value is missing (NULL, NaN or infinite). Throws a RowError for a list.
  bool read(const Column& column, size_t row);
  std::string_view text() const { return text_; }

 private:
  bool print(double number);
  std::string_view text_;
  char digits_[32];
};

// False when the value is missing: NULL, blank text, NaN or infinite. The words true and false, in any case,
// are 1 and 0. Throws a RowError for a list or for text that is not a number.
bool read_number_cell(const Column& column, size_t row, double& number);

}  // namespace shortlist
