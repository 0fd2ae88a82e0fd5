#include "shortlist/engine/model_guess.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "shortlist/base/error.h"
#include "shortlist/engine/determined_shares.h"
#include "shortlist/table/sql_type.h"

namespace shortlist {
namespace {

// Nearly always: a table may hold some wrong rows.
constexpr double kNearlyAlways = 0.95;
// Without a name to go by, what has fewer values is no user and no item.
constexpr uint64_t kLeastKeys = 20;

std::vector<std::string> names_of(const std::vector<ColumnGuess>& columns) {
  std::vector<std::string> names;
  for (const ColumnGuess& column : columns) names.push_back(column.summary.name);
  return names;
}

// A column of points in time in their order: as seconds, where it holds texts.
std::string in_order_of_time(const ColumnSummary& time) {
  const std::string name = sql_name(time.name);
  if (time.sql_type != "VARCHAR") return name;
  return fmt::format("coalesce(TRY_CAST({0} AS DOUBLE), epoch(TRY_CAST({0} AS TIMESTAMP)))", name);
}

// Of the last fifth of the rows by time, the share whose user has no earlier row.
double new_user_share(const Table& table, const std::string& user, const ColumnSummary& time) {
  double share = 0;
  table.query(fmt::format("WITH event AS (SELECT {0} AS of_user, {1} AS seconds FROM {{table}}), "
                          "cut AS (SELECT quantile_disc(seconds, 0.8) AS seconds FROM event), "
                          "first AS (SELECT of_user, min(seconds) AS seconds FROM event GROUP BY of_user) "
                          "SELECT coalesce(avg((first.seconds > cut.seconds)::INTEGER), 0)::DOUBLE "
                          "FROM event JOIN first USING (of_user), cut WHERE event.seconds > cut.seconds",
                          sql_name(user), in_order_of_time(time)),
              [&](const Chunk& chunk) { share = chunk.columns[0].numbers[0]; });
  return share;
}

bool is_whole_column(const ColumnGuess& column) { return column.summary.missing == 0; }

class Guesser {
 public:
  Guesser(const Table& table, const InitOptions& options) : table_(table), options_(options) {
    guess_.columns = guess_columns(table);
    if (guess_.rows() == 0) throw data_error("{}: has no rows", table.source().describe());
    guess_.uses.resize(columns().size());
    guess_.names_are_ours = names_are_generated(columns());
  }

  // The order matters: what a column cannot be any more makes the next guess easier.
  ModelGuess guess() {
    find_label();
    find_user();
    find_candidate();
    const ColumnGuess& candidate = columns()[guess_.candidate];
    guess_.is_catalogue = candidate.distinct_share() > 0.9 && candidate.summary.distinct >= kLeastKeys;
    find_time();
    give_names();
    sort_the_rest();
    return std::move(guess_);
  }

 private:
  std::vector<ColumnGuess>& columns() { return guess_.columns; }
  // Nearly each value of `key` comes with one value of `column`.
  bool determines(size_t key, size_t column) { return share(key, column) >= kNearlyAlways; }
  double share(size_t key, size_t column) {
    std::vector<double>& shares = shares_[key];
    if (shares.empty()) shares = determined_shares(table_, columns()[key].summary.name, names_of(columns()));
    return shares[column];
  }
  bool is_taken(size_t c) const { return !guess_.uses[c].why.empty(); }
  void take(size_t c, Use use, std::string why) { guess_.uses[c] = {use, false, std::move(why)}; }
  bool is_key(const ColumnGuess& column) const {
    return column.holds == Holds::category || column.holds == Holds::text;
  }
  // An integer or a short text that comes again, as users and items do.
  bool looks_like_key(size_t c) {
    const ColumnGuess& column = columns()[c];
    const bool integer = column.summary.type == ColumnType::integer && column.holds == Holds::number;
    return !is_taken(c) && (integer || is_key(column)) && column.summary.distinct >= kLeastKeys &&
           column.distinct_share() < 0.9 && is_whole_column(column);
  }
  // What a judgement took for numbers, text or row numbers is a category all the same when it is an id.
  void take_as_key(size_t c, Use use, std::string why) {
    columns()[c].holds = Holds::category;
    take(c, use, std::move(why));
  }

  void find_label();
  void check_label(size_t c);
  void find_user();
  void find_candidate();
  std::optional<size_t> named_candidate();
  std::optional<size_t> readable_name_of(size_t id);
  void find_time();
  void sort_the_rest();
  void place(size_t c);
  void make_query_of_what_describes();
  void give_names();

  const Table& table_;
  const InitOptions& options_;
  ModelGuess guess_;
  std::map<size_t, std::vector<double>> shares_;  // by key
};

bool is_number(const ColumnGuess& column) {
  return column.summary.type == ColumnType::integer || column.summary.type == ColumnType::number ||
         column.summary.is_truth();
}

// Stars, points and thumbs: few different values near 0.
bool has_shape_of_label(const ColumnGuess& column) {
  const ColumnSummary& summary = column.summary;
  return is_number(column) && summary.distinct >= 2 && summary.distinct <= 20 && *summary.min >= -1 &&
         *summary.max <= 10;
}

void Guesser::check_label(size_t c) {
  const ColumnGuess& column = columns()[c];
  if (!is_number(column) || !column.summary.min) {
    throw data_error("label '{}': holds {}, need numbers", options_.label,
                     column_type_name(column.summary.type));
  }
  if (!is_whole_column(column)) {
    throw data_error("label '{}': {} of {} rows have no value, but a label needs one in each row",
                     options_.label, column.summary.missing, column.summary.rows);
  }
}

void Guesser::find_label() {
  std::optional<size_t> best;
  for (size_t c = 0; c < columns().size(); ++c) {
    const ColumnGuess& column = columns()[c];
    const bool fits = is_number(column) && column.holds != Holds::nothing && column.holds != Holds::time &&
                      is_whole_column(column) && column.summary.distinct >= 2;
    const bool hinted =
        column.is(NameHint::label) && (!best || column.meaning.weight > columns()[*best].meaning.weight);
    const bool shaped = guess_.names_are_ours && has_shape_of_label(column) && !best;
    if (fits && (hinted || shaped)) best = c;
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
       !options_.label.empty() ? "as asked for"
       : guess_.names_are_ours ? "few different values"
                               : "its name says so");
}

void Guesser::find_user() {
  if (!options_.query.empty()) {
    for (const std::string& name : options_.query) {
      const size_t c = table_.column(name);
      if (is_taken(c)) throw usage_error("column '{}' cannot be both label and query", name);
      take(c, Use::query, "as asked for");
      if (columns()[c].is(NameHint::user) && columns()[c].meaning.key && !guess_.user) guess_.user = c;
    }
    return;
  }
  std::optional<size_t> best;
  for (size_t c = 0; c < columns().size(); ++c) {
    const ColumnGuess& column = columns()[c];
    const bool named = column.is(NameHint::user) && column.meaning.key && is_key(column);
    if (named && (!best || (column.meaning.id && !columns()[*best].meaning.id))) best = c;
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
              by_name ? "the user, as its name says" : "the first id: the user, as most write it");
}

std::optional<size_t> Guesser::named_candidate() {
  std::optional<size_t> best;
  for (size_t c = 0; c < columns().size(); ++c) {
    const ColumnGuess& column = columns()[c];
    const bool named = column.is(NameHint::item) && column.meaning.key && !is_taken(c) && is_key(column);
    if (!named || !is_whole_column(column)) continue;
    if (!best || (column.meaning.id && !columns()[*best].meaning.id)) best = c;
  }
  return best;
}

// People read names: where each id has one name and each name one id, the name tells candidates apart too.
std::optional<size_t> Guesser::readable_name_of(size_t id) {
  const ColumnSummary& summary = columns()[id].summary;
  if (summary.type != ColumnType::integer) return std::nullopt;
  for (size_t c = 0; c < columns().size(); ++c) {
    const ColumnGuess& column = columns()[c];
    const bool named =
        column.is(NameHint::item) && column.meaning.key && column.summary.type == ColumnType::text;
    if (!named || is_taken(c) || !is_whole_column(column)) continue;
    if (determines(id, c) && determines(c, id)) return c;
  }
  return std::nullopt;
}

void Guesser::find_candidate() {
  if (!options_.candidate.empty()) {
    const size_t c = table_.column(options_.candidate);
    if (is_taken(c))
      throw usage_error("column '{}' cannot be the candidate and the label or the query", options_.candidate);
    if (!is_whole_column(columns()[c])) {
      throw data_error("candidate '{}': {} of {} rows have no value, but each row needs one",
                       options_.candidate, columns()[c].summary.missing, guess_.rows());
    }
    guess_.candidate = c;
    return take_as_key(c, Use::candidate, "as asked for");
  }
  if (const std::optional<size_t> named = named_candidate()) {
    const std::optional<size_t> readable = readable_name_of(*named);
    guess_.candidate = readable.value_or(*named);
    take_as_key(guess_.candidate, Use::candidate,
                readable
                    ? fmt::format("the item: one for each {}, and people can read it", columns()[*named].name)
                    : "the item, as its name says");
    if (readable)
      take(*named, Use::left_out,
           fmt::format("one for each {}, which says the same", columns()[*readable].name));
    return;
  }
  for (size_t c = 0; c < columns().size(); ++c) {
    if (!looks_like_key(c)) continue;
    guess_.candidate = c;
    return take_as_key(c, Use::candidate,
                       guess_.user ? "the next id: the item" : "values that come again: the item");
  }
  throw usage_error("{}: no column looks like the item to recommend; name one with --candidate",
                    table_.source().describe());
}

// A release date belongs to the item; the time of a row does not.
void Guesser::find_time() {
  for (size_t c = 0; c < columns().size() && !guess_.time; ++c) {
    const ColumnGuess& column = columns()[c];
    if (column.holds != Holds::time || is_taken(c) || !is_whole_column(column)) continue;
    if (determines(guess_.candidate, c)) continue;
    guess_.time = c;
    take(c, Use::time, "points in time");
    if (guess_.user)
      guess_.new_users = new_user_share(table_, columns()[*guess_.user].summary.name, column.summary);
  }
}

void Guesser::place(size_t c) {
  const ColumnGuess& column = columns()[c];
  if (column.holds == Holds::nothing || column.holds == Holds::row_number)
    return take(c, Use::left_out, column.why);
  const std::string& candidate = columns()[guess_.candidate].name;
  const double of_candidate = share(guess_.candidate, c), of_user = guess_.user ? share(*guess_.user, c) : 0;
  if (of_user >= kNearlyAlways && (of_user > of_candidate || column.is(NameHint::user))) {
    return take(c, Use::query,
                fmt::format("one for each {}: describes the user", columns()[*guess_.user].name));
  }
  if (of_candidate >= kNearlyAlways || guess_.is_catalogue) {
    take(c, Use::describes, fmt::format("one for each {}: describes the item", candidate));
    guess_.uses[c].attribute = true;
    return;
  }
  if (column.is(NameHint::label))
    return take(c, Use::left_out, "an outcome as the label is: not known when one asks");
  if (column.holds == Holds::time) return take(c, Use::left_out, "a second point in time");
  if (column.holds == Holds::text && column.distinct_share() > 0.5)
    return take(c, Use::left_out, "text of single rows, such as a review: hardly known when one asks");
  if (!options_.query.empty()) return take(c, Use::left_out, "not asked for");
  take(c, Use::query, "changes from row to row; take it out if it is not known when one asks");
}

// Without a user and a context all that can be asked is which item has such properties.
void Guesser::make_query_of_what_describes() {
  for (size_t c = 0; c < columns().size(); ++c) {
    const Holds holds = columns()[c].holds;
    const bool property = holds == Holds::category || holds == Holds::categories;
    if (guess_.uses[c].use != Use::describes || !property) continue;
    guess_.uses[c].use = Use::query;
    guess_.uses[c].why = "describes the item asked for";
    guess_.query_describes_candidate = true;
  }
  if (!guess_.query_describes_candidate) {
    throw usage_error("{}: no column looks like a user or anything else to ask with; name some with --query",
                      table_.source().describe());
  }
}

void Guesser::sort_the_rest() {
  for (size_t c = 0; c < columns().size(); ++c) {
    if (!is_taken(c)) place(c);
  }
  if (guess_.used_as(Use::query).empty()) make_query_of_what_describes();
}

void Guesser::give_names() {
  if (!guess_.names_are_ours) return;
  if (guess_.user) columns()[*guess_.user].name = "user";
  columns()[guess_.candidate].name = "item";
  if (guess_.label) columns()[*guess_.label].name = guess_.binary ? "label" : "rating";
  if (guess_.time) columns()[*guess_.time].name = "timestamp";
}

}  // namespace

std::vector<size_t> ModelGuess::used_as(Use use) const {
  std::vector<size_t> found;
  for (size_t c = 0; c < uses.size(); ++c) {
    if (uses[c].use == use) found.push_back(c);
  }
  return found;
}

ModelGuess guess_model(const Table& table, const InitOptions& options) {
  return Guesser(table, options).guess();
}

}  // namespace shortlist
