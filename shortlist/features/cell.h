// Reads single cells of a column as the type that a feature needs, whatever type the column has.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "shortlist/base/error.h"
#include "shortlist/table/column.h"
#include "shortlist/table/text_value.h"

namespace shortlist {

// A data error at a row, counted from 0 in the rows that were read, and in a column if it is known.
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
  const std::string& column() const { return column_; }
  const std::string& detail() const { return detail_; }  // the message without the position
  RowError in_column(const std::string& column) const { return {row_, detail_, column}; }
  RowError at_row(size_t row) const { return {row, detail_, column_}; }
  // The same error if `rows` rows precede those that were read.
  RowError after(size_t rows) const { return at_row(rows + row_); }

 private:
  size_t row_;
  std::string detail_, column_;
};

// Formats a value for a message: quoted, truncated if long. Control characters and invalid UTF-8 bytes are
// shown as ?.
std::string quote_value(std::string_view value);

// A cell's text. Integers and whole numbers are printed as decimal integers, other numbers with the fewest
// digits that round-trip.
class TextCell {
 public:
  TextCell() = default;
  TextCell(const TextCell&) = delete;
  TextCell& operator=(const TextCell&) = delete;

  // Returns false if the value is missing (NULL, NaN or infinite). Throws a RowError for a list.
  bool read(const Column& column, size_t row);
  std::string_view text() const { return text_; }

 private:
  bool print(double number);
  std::string_view text_;
  char digits_[32];
};

// Returns false if the value is missing: NULL, blank text, NaN or infinite. The words true and false, in any
// case, are 1 and 0. Throws a RowError for a list or for text that is not a number.
bool read_number_cell(const Column& column, size_t row, double& number);

}  // namespace shortlist
