#include "shortlist/init/text_guess.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "shortlist/features/cell.h"
#include "shortlist/features/list_values.h"
#include "shortlist/features/time_form.h"
#include "shortlist/table/code_columns.h"
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

// A text column that contains only digits has ids or codes.
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

bool has_dates(const ColumnSummary& column) {
  return std::ranges::all_of(column.most_frequent, [](const auto& value) { return is_date(value.first); });
}

// 20210131, or the same with a time of day. All have the same number of digits and lie between these years.
bool has_dates_in_digits(const ColumnSummary& column) {
  if (column.type != ColumnType::integer || !column.min) return false;
  return std::ranges::any_of(std::initializer_list<double>{1, 1e4, 1e6}, [&](double clock) {
    return *column.min >= 19000101 * clock && *column.max < 22000101 * clock;
  });
}

std::optional<TextGuess> guess_dates_in_digits(const CodedColumn& column, const ColumnSummary& summary) {
  try {
    const TimeForm form = find_time_form(column.values, {});
    if (!form.format) return std::nullopt;
    return TextGuess{TextGuess::Kind::dates, *form.format,
                     fmt::format("dates in digits, such as {}", summary.most_frequent.front().first)};
  } catch (const RowError&) {
    return std::nullopt;
  }
}

TextGuess guess_dates(const CodedColumn& column) {
  try {
    return {TextGuess::Kind::dates, find_time_form(column.values, {}).format.value_or(""), "times"};
  } catch (const RowError& error) {
    return {TextGuess::Kind::unclear, "", error.detail()};
  }
}

}  // namespace

std::vector<std::optional<TextGuess>> guess_texts(const Table& table,
                                                  const std::vector<ColumnSummary>& columns,
                                                  const std::vector<bool>& named_times) {
  constexpr uint64_t kMostValues = uint64_t{1} << 26;  // in memory at once
  std::vector<std::optional<TextGuess>> guesses(columns.size());
  std::vector<size_t> dates;
  for (size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].most_frequent.empty()) continue;
    if (named_times[c] && has_dates_in_digits(columns[c])) dates.push_back(c);
    if (columns[c].type != ColumnType::text) continue;
    guesses[c] = guess_lists(columns[c]);
    if (!guesses[c] && has_dates(columns[c])) dates.push_back(c);
  }
  const size_t at_once =
      std::max<size_t>(1, kMostValues / std::max<uint64_t>(1, columns.empty() ? 1 : columns[0].rows));
  for (size_t first = 0; first < dates.size(); first += at_once) {
    const size_t count = std::min(at_once, dates.size() - first);
    std::vector<std::string> names;
    for (size_t i = first; i < first + count; ++i) names.push_back(columns[dates[i]].name);
    const std::vector<CodedColumn> coded = code_columns(table, names);
    for (size_t i = 0; i < count; ++i) {
      const ColumnSummary& column = columns[dates[first + i]];
      guesses[dates[first + i]] = column.type == ColumnType::integer ? guess_dates_in_digits(coded[i], column)
                                                                     : guess_dates(coded[i]);
    }
  }
  return guesses;
}

}  // namespace shortlist
