#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "shortlist/base/error.h"
#include "shortlist/init/guesser.h"
#include "shortlist/table/code_columns.h"
#include "shortlist/table/coded_column.h"
#include "shortlist/table/sql_type.h"
#include "shortlist/table/text_value.h"
#include "shortlist/train/known_data.h"

namespace shortlist {
namespace {

// SQL for the value that orders rows by time. Texts in a date format may also contain a time of day.
std::string instant_sql(const Table& table, const ColumnGuess& time) {
  const std::string name = sql_name(time.summary.name);
  if (time.summary.sql_type != "VARCHAR") return name;
  const std::string iso = fmt::format("try_cast({} AS TIMESTAMP)", name);
  const std::string& format = !time.time_format.empty() ? time.time_format : table.source().date_format;
  if (format.empty()) return fmt::format("coalesce(try_cast({} AS DOUBLE), epoch({}))", name, iso);
  std::vector<std::string> formats;
  for (const char* clock : {" %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", ""})
    formats.push_back(sql_text(format + clock));
  return fmt::format("coalesce({}, try_strptime({}, [{}]))", iso, name, fmt::join(formats, ", "));
}

// The share of the last fifth of rows by time whose user or item, the value of `key`, has no earlier row.
double new_share(const Table& table, const ColumnGuess& key, const ColumnGuess& time) {
  double share = 0;
  table.query(fmt::format("WITH timed AS (SELECT {0} AS who, {1} AS instant FROM {{table}}), "
                          "cut AS (SELECT quantile_disc(instant, 0.8) AS instant FROM timed), "
                          "first AS (SELECT who, min(instant) AS instant FROM timed GROUP BY who) "
                          "SELECT coalesce(avg((first.instant > cut.instant)::INTEGER), 0)::DOUBLE "
                          "FROM timed JOIN first USING (who), cut WHERE timed.instant > cut.instant",
                          sql_name(key.summary.name), instant_sql(table, time)),
              [&](const Chunk& chunk) { share = chunk.columns[0].numbers[0]; });
  return share;
}

// ", the first of them row 1601", to help find a footer or a gap.
std::string first_missing(const Table& table, const ColumnGuess& column) {
  const CodedColumn coded = std::move(code_columns(table, std::vector<std::string>{column.summary.name})[0]);
  uint64_t first = UINT64_MAX;
  for (uint32_t code = 0; code < coded.distinct(); ++code)
    if (is_no_value(coded.values, code)) first = std::min(first, coded.first_row[code]);
  return first == UINT64_MAX ? "" : fmt::format(", the first of them row {}", first + 1);
}

// Stars, points and thumbs have few distinct values near 0.
bool has_shape_of_label(const ColumnGuess& column) {
  const ColumnSummary& summary = column.summary;
  return is_number(column) && summary.distinct >= 2 && summary.distinct <= 20 && *summary.min >= -1 &&
         *summary.max <= 10;
}

bool is_part(std::string_view text) { return text == "train" || text == "validation" || text == "test"; }

// The values of a split column that are not split names.
std::vector<std::string> other_words(const ColumnSummary& column) {
  std::vector<std::string> others;
  for (const auto& [text, rows] : column.most_frequent) {
    if (!is_part(text)) others.push_back(text);
  }
  return others;
}

// Why a column whose name suggests the user or the item is not usable as a key. "" if it is.
std::string why_no_key(const ColumnGuess& column) {
  switch (column.holds) {
    case Holds::category:
    case Holds::text:
      return "";
    case Holds::nothing:
      if (column.summary.distinct == 1 && !column.summary.most_frequent.empty())
        return fmt::format("all values are equal ('{}')", column.summary.most_frequent.front().first);
      return column.why;
    case Holds::row_number:
      return "it has a different value in each row";
    case Holds::categories:
      return "it has several values per row";
    default:
      return fmt::format("its values are of another kind: {}", column.why);
  }
}

}  // namespace

void Guesser::find_split() {
  for (size_t c = 0; c < columns().size() && !guess_.split; ++c) {
    const ColumnSummary& column = columns()[c].summary;
    const bool few = column.type == ColumnType::text && column.distinct <= column.most_frequent.size();
    const bool trains =
        std::ranges::any_of(column.most_frequent, [](const auto& v) { return v.first == "train"; });
    if (!few || !trains || column.distinct < 2) continue;
    const std::vector<std::string> others = other_words(column);
    if (others.size() + 1 >= column.distinct && others.size() > 1) continue;
    if (!others.empty()) {
      turn_down(c, "split",
                fmt::format("it has '{}', need train, validation or test", fmt::join(others, "', '")));
      take(c, Use::left_out, "contains the part of the data that a row is in");
      continue;
    }
    guess_.split = c;
    guess_.has_validation =
        std::ranges::any_of(column.most_frequent, [](const auto& v) { return v.first == "validation"; });
    take(c, Use::split, "contains train, validation and test");
  }
}

void Guesser::check_label(size_t c) {
  const ColumnGuess& column = columns()[c];
  if (column.summary.present() == 0)
    throw data_error("label '{}': has no values, need numbers", options_.label);
  if (!is_number(column) || !column.summary.min) {
    throw data_error("label '{}': needs numbers, but contains {}{}", options_.label,
                     column_type_name(column.summary.type), advice_on_commas(column.summary));
  }
}

std::string Guesser::why_no_label(size_t c) {
  const ColumnGuess& column = columns()[c];
  const ColumnSummary& summary = column.summary;
  if (summary.present() == 0) return "it has no values";
  if (column.holds == Holds::time) return "it contains times";
  if (!is_number(column)) {
    return fmt::format("it is not a column of numbers: it contains {}{}", column_type_name(summary.type),
                       summary.most_frequent.empty()
                           ? ""
                           : fmt::format(" such as '{}'{}", summary.most_frequent.front().first,
                                         advice_on_number(summary.most_frequent.front().first)));
  }
  if (summary.distinct < 2) {
    return fmt::format("all values are equal ('{}')",
                       summary.most_frequent.empty() ? "" : summary.most_frequent.front().first);
  }
  constexpr double kMost = std::numeric_limits<float>::max();
  if (!summary.min || !(std::abs(*summary.min) < kMost) || !(std::abs(*summary.max) < kMost))
    return "it has numbers that are not finite or too large";
  return column.holds == Holds::nothing ? column.why : "";
}

void Guesser::find_label() {
  std::optional<size_t> best;
  for (size_t c = 0; c < columns().size(); ++c) {
    const ColumnGuess& column = columns()[c];
    if (is_taken(c)) continue;
    const bool hinted = column.is(NameHint::label);
    const bool shaped = guess_.names_are_ours && has_shape_of_label(column) && !best;
    if (!hinted && !shaped) continue;
    const std::string why = why_no_label(c);
    if (!why.empty()) {
      if (hinted && options_.label.empty()) turn_down(c, "label", why);
    } else if (shaped || !best || column.meaning.weight > columns()[*best].meaning.weight) {
      best = c;
    }
  }
  if (!options_.label.empty()) {
    best = table_.column(options_.label);
    check_label(*best);
  }
  if (!best) return;
  const ColumnSummary& summary = columns()[*best].summary;
  guess_.label = best;
  guess_.binary = *summary.min == 0 && *summary.max == 1 && summary.distinct == 2;
  take(*best, Use::label,
       !options_.label.empty() ? "as requested"
       : guess_.names_are_ours ? "few distinct values"
                               : "by its name");
}

void Guesser::find_user() {
  if (!options_.query.empty()) {
    for (const std::string& name : options_.query) {
      const size_t c = table_.column(name);
      if (is_taken(c)) throw usage_error("column '{}' cannot be both label and query", name);
      take(c, Use::query, "as requested");
      if (columns()[c].is(NameHint::user) && columns()[c].meaning.key && !guess_.user) guess_.user = c;
    }
    return;
  }
  std::optional<size_t> best;
  for (size_t c = 0; c < columns().size(); ++c) {
    const ColumnGuess& column = columns()[c];
    if (!column.is(NameHint::user) || !column.meaning.key || is_taken(c)) continue;
    if (const std::string why = why_no_key(column); !why.empty()) {
      turn_down(c, "user", why);
    } else if (!best || (column.meaning.id && !columns()[*best].meaning.id)) {
      best = c;
    }
  }
  const bool by_name = best.has_value();
  size_t keys = 0;
  for (size_t c = 0; c < columns().size(); ++c) keys += looks_like_key(c) ? 1 : 0;
  for (size_t c = 0; !best && guess_.names_are_ours && keys >= 2 && c < columns().size(); ++c) {
    if (looks_like_key(c)) best = c;
  }
  if (!best) return;
  guess_.user = best;
  take_as_key(*best, Use::query,
              by_name ? "the user, by its name" : "the first id, which is usually the user");
}

// Prefers an id to a title, since several items may have the same title.
std::optional<size_t> Guesser::named_item() {
  std::optional<size_t> best;
  const auto rank = [&](size_t c) {
    const NameMeaning& meaning = columns()[c].meaning;
    return meaning.id ? 2 : meaning.readable ? 0 : 1;
  };
  for (size_t c = 0; c < columns().size(); ++c) {
    const ColumnGuess& column = columns()[c];
    if (!column.is(NameHint::item) || !column.meaning.key || is_taken(c)) continue;
    std::string why = why_no_key(column);
    if (why.empty() && !is_whole_column(column)) why = says_missing(column) + first_missing(table_, column);
    if (!why.empty()) {
      turn_down(c, "item", why);
    } else if (!best || rank(c) > rank(*best)) {
      best = c;
    }
  }
  return best;
}

// The display column is a name, for readers. The id remains the key, since several items may have the same
// name.
void Guesser::find_display() {
  if (columns()[guess_.item].meaning.readable) return;
  for (size_t c = 0; c < columns().size(); ++c) {
    const ColumnGuess& column = columns()[c];
    const bool named = column.is(NameHint::item) && column.meaning.key && column.meaning.readable &&
                       column.summary.type == ColumnType::text;
    if (!named || is_taken(c) || column.summary.present() == 0 || column.summary.distinct < 2) continue;
    if (!determines(guess_.item, c)) continue;
    guess_.display = c;
    columns()[c].holds = Holds::text;
    take(c, Use::shown, fmt::format("one per {}, and readable", columns()[guess_.item].name));
    guess_.uses[c].attribute = true;
    return;
  }
}

void Guesser::find_image() {
  for (size_t c = 0; c < columns().size() && !guess_.image; ++c) {
    if (is_taken(c) || !has_image_urls(columns()[c]) || !determines(guess_.item, c)) continue;
    guess_.image = c;
    take(c, Use::shown, kWhyImage);
  }
}

void Guesser::find_item() {
  if (!options_.item.empty()) {
    const size_t c = table_.column(options_.item);
    if (is_taken(c))
      throw usage_error("column '{}' cannot be the item and the label or the query", options_.item);
    if (!is_whole_column(columns()[c])) {
      throw data_error("{}: item '{}': {}{}, but each row needs one", table_.source().describe(),
                       options_.item, says_missing(columns()[c]), first_missing(table_, columns()[c]));
    }
    guess_.item = c;
    take_as_key(c, Use::item, "as requested");
    return find_display();
  }
  std::optional<size_t> found = named_item();
  const bool by_name = found.has_value();
  for (size_t c = 0; !found && c < columns().size(); ++c) {
    if (looks_like_key(c)) found = c;
  }
  if (!found) {
    throw usage_error("{}: no column looks like the item to recommend{}; name one with --item",
                      table_.source().describe(), why_nothing_found("item"));
  }
  guess_.item = *found;
  take_as_key(*found, Use::item,
              by_name       ? "the item, by its name"
              : guess_.user ? "the next id, so the item"
                            : "repeated values, so the item");
  find_display();
}

// A release date belongs to the item; the time of a row does not.
void Guesser::find_time() {
  for (size_t c = 0; c < columns().size() && !guess_.time; ++c) {
    const ColumnGuess& column = columns()[c];
    if (is_taken(c)) continue;
    if (column.holds != Holds::time) {
      if (column.is(NameHint::time) && column.holds != Holds::category) {
        turn_down(c, "time",
                  column.holds == Holds::nothing && column.summary.distinct == 1
                      ? fmt::format("all values are equal ('{}')", column.summary.most_frequent.front().first)
                  : column.holds == Holds::nothing ? column.why
                                                   : fmt::format("it contains no times, but {}", column.why));
      }
      continue;
    }
    if (!is_whole_column(column)) {
      turn_down(c, "time", says_missing(column));
      continue;
    }
    if (determines(guess_.item, c)) continue;
    guess_.time = c;
    take(c, Use::time, column.why);
    if (guess_.user) guess_.new_users = new_share(table_, columns()[*guess_.user], column);
    guess_.new_items = new_share(table_, columns()[guess_.item], column);
  }
}

}  // namespace shortlist
