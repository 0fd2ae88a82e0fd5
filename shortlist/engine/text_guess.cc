#include "shortlist/engine/text_guess.h"

#include <algorithm>

#include "shortlist/features/cell.h"
#include "shortlist/features/list_values.h"
#include "shortlist/features/time_form.h"
#include "shortlist/table/coded_column.h"

namespace shortlist {
namespace {

std::optional<TextGuess> guess_lists(const ColumnSummary& column) {
  for (const auto& [text, rows] : column.most_frequent) {
    try {
      each_list_value(text, ",", 0, [](std::string_view) {});
    } catch (const RowError& error) {
      return TextGuess{TextGuess::Kind::unclear, "", error.detail()};
    }
    if (!is_bracketed_list(text)) return std::nullopt;
  }
  return TextGuess{TextGuess::Kind::lists, "", "lists in brackets"};
}

// A text column of nothing but digits is of ids or codes.
bool looks_like_date(std::string_view text) {
  const bool marked = text.find_first_of("-/.:") != text.npos;
  return marked && std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; }) >= 6;
}

bool is_date(std::string_view text) {
  if (!looks_like_date(text)) return false;
  Column alone;
  alone.rows = 1;
  alone.texts = {text};
  try {
    find_time_form(alone, {});
  } catch (const AmbiguousDate&) {
  } catch (const RowError&) {
    return false;
  }
  return true;
}

std::optional<TextGuess> guess_dates(const Table& table, const ColumnSummary& column) {
  for (const auto& [text, rows] : column.most_frequent) {
    if (!is_date(text)) return std::nullopt;
  }
  const std::vector<CodedColumn> coded = code_columns(table, {column.name});
  try {
    return TextGuess{TextGuess::Kind::dates, find_time_form(coded[0].values, {}).format.value_or(""),
                     "points in time"};
  } catch (const RowError& error) {
    return TextGuess{TextGuess::Kind::unclear, "", error.detail()};
  }
}

}  // namespace

std::optional<TextGuess> guess_texts(const Table& table, const ColumnSummary& column) {
  if (column.most_frequent.empty()) return std::nullopt;
  if (auto lists = guess_lists(column)) return lists;
  return guess_dates(table, column);
}

}  // namespace shortlist
