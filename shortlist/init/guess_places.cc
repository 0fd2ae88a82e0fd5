#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/base/error.h"
#include "shortlist/init/guesser.h"
#include "shortlist/init/telling_columns.h"

namespace shortlist {
namespace {

// A column with more values than half of those of the user or item that it describes does little but identify
// it.
constexpr double kNearlyUnique = 0.5;
// Values of a context are repeated at least about ten times, unless there are few values.
constexpr double kMostValuesOfContext = 0.1;
constexpr uint64_t kFewValues = 20;

bool is_nearly_unique_for(const ColumnGuess& column, const ColumnGuess& key) {
  return column.holds == Holds::category && static_cast<double>(column.summary.distinct) >
                                                kNearlyUnique * static_cast<double>(key.summary.distinct);
}

}  // namespace

bool Guesser::place_by_user(size_t c) {
  if (!guess_.user) return false;
  const ColumnGuess &column = columns()[c], &user = columns()[*guess_.user];
  const double of_item = share(guess_.item, c), of_user = share(*guess_.user, c);
  if (of_user < kNearlyAlways || (of_user <= of_item && !column.is(NameHint::user))) return false;
  if (user.summary.distinct > kFewValues && is_nearly_unique_for(column, user)) {
    take(c, Use::left_out, fmt::format("nearly unique for each {}", user.name));
  } else if (!options_.query.empty()) {
    take(c, Use::left_out, "not in --query");
  } else {
    take(c, Use::query, fmt::format("one per {}: describes the user", user.name));
  }
  return true;
}

bool Guesser::place_by_item(size_t c) {
  const ColumnGuess &column = columns()[c], &item = columns()[guess_.item];
  if (share(guess_.item, c) < kNearlyAlways && !guess_.is_catalogue) return false;
  const bool unique =
      !guess_.is_catalogue && item.summary.distinct > kFewValues && is_nearly_unique_for(column, item);
  if (unique) {
    take(c, Use::shown, fmt::format("nearly unique for each {}", item.name));
  } else {
    take(c, Use::describes, fmt::format("one per {}: describes the item", item.name));
  }
  guess_.uses[c].attribute = true;
  return true;
}

// Why a column that varies from row to row cannot be part of the query. "" if it can.
std::string Guesser::why_not_asked_with(size_t c) {
  const ColumnGuess& column = columns()[c];
  if (column.is(NameHint::label))
    return "an outcome, like the label: not known when recommendations are requested";
  if (column.holds == Holds::time) return "another time";
  if (column.is(NameHint::part)) return "its name suggests a part of the data";
  const bool other_key = column.meaning.key && (column.is(NameHint::user) || column.is(NameHint::event));
  if (column.meaning.id || other_key) return "an id that is neither the user nor the item";
  if (column.is(NameHint::weight) && is_number(column))
    return "a count or an amount: not known when recommendations are requested";
  if (column.holds == Holds::text && column.distinct_share() > 0.5)
    return "text of single rows, such as a review: hardly known when recommendations are requested";
  const double values = column.distinct_share();
  if (values > 0.5 || (values > kMostValuesOfContext && column.summary.distinct > kFewValues))
    return fmt::format("nearly unique in each row: {} distinct values", column.summary.distinct);
  return options_.query.empty() ? "" : "not in --query";
}

void Guesser::place(size_t c) {
  const ColumnGuess& column = columns()[c];
  if (column.holds == Holds::nothing || column.holds == Holds::row_number)
    return take(c, Use::left_out, column.why);
  if (place_by_user(c) || place_by_item(c)) return;
  const bool weight = column.is(NameHint::weight) && is_number(column) && is_whole_column(column);
  if (weight && !guess_.weight && column.summary.min && *column.summary.min >= 0) guess_.weight = c;
  const std::string why = why_not_asked_with(c);
  if (!why.empty()) return take(c, Use::left_out, why);
  take(c, Use::query,
       "varies from row to row; remove it if it is not known when recommendations are requested");
}

// The query must not contain the answer.
void Guesser::leave_out_telling_columns() {
  std::vector<size_t> contexts;
  std::vector<std::string> names;
  for (const size_t c : guess_.used_as(Use::query)) {
    if (c == guess_.user || !options_.query.empty()) continue;
    if (guess_.user && share(*guess_.user, c) >= kNearlyAlways) continue;
    contexts.push_back(c), names.push_back(columns()[c].summary.name);
  }
  const std::vector<double> shares = telling_shares(table_, columns()[guess_.item].summary.name, names);
  for (size_t i = 0; i < contexts.size(); ++i) {
    if (shares[i] < kTelling) continue;
    take(contexts[i], Use::left_out,
         fmt::format("nearly identifies the {} by itself: in {:.0f} % of rows", columns()[guess_.item].name,
                     100 * shares[i]));
  }
}

// Without a user and a context, a query can only ask for an item with given properties.
void Guesser::make_query_of_what_describes() {
  for (size_t c = 0; c < columns().size(); ++c) {
    const Holds holds = columns()[c].holds;
    const bool property = holds == Holds::category || holds == Holds::categories;
    if (guess_.uses[c].use != Use::describes || !property) continue;
    guess_.uses[c].use = Use::query;
    guess_.uses[c].why = "describes the requested item";
    guess_.query_describes_item = true;
  }
  if (!guess_.query_describes_item) {
    throw usage_error(
        "{}: no column looks like a user or another column for the query{}; name some with --query",
        table_.source().describe(), why_nothing_found("user"));
  }
}

void Guesser::sort_the_rest() {
  for (size_t c = 0; c < columns().size(); ++c) {
    if (!is_taken(c)) place(c);
  }
  leave_out_telling_columns();
  if (guess_.used_as(Use::query).empty()) make_query_of_what_describes();
}

void Guesser::give_names() {
  if (!guess_.names_are_ours) return;
  if (guess_.user) columns()[*guess_.user].name = "user";
  columns()[guess_.item].name = "item";
  if (guess_.label) columns()[*guess_.label].name = guess_.binary ? "label" : "rating";
  if (guess_.time) columns()[*guess_.time].name = "timestamp";
}

}  // namespace shortlist
