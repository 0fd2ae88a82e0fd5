#include "shortlist/init/guess_model.h"

#include <fmt/ranges.h>

#include "shortlist/base/error.h"
#include "shortlist/init/determined_shares.h"
#include "shortlist/init/guesser.h"
#include "shortlist/init/telling_columns.h"
#include "shortlist/table/source_sql.h"

namespace shortlist {
namespace {

// The separator of a text column's values, since an item's tags are the same in any order.
std::vector<DeterminedColumn> as_sets(const std::vector<ColumnGuess>& columns) {
  std::vector<DeterminedColumn> sets;
  for (const ColumnGuess& column : columns) {
    const bool several = column.holds == Holds::categories;
    sets.push_back({column.summary.name, !several ? "" : column.separator.empty() ? "," : column.separator});
  }
  return sets;
}

}  // namespace

Guesser::Guesser(const Table& table, std::vector<ColumnGuess> columns, const InitOptions& options)
    : table_(table), options_(options) {
  guess_.source = table.source();
  guess_.columns = std::move(columns);
  guess_.own_columns = guess_.columns.size();
  if (guess_.rows() == 0) throw data_error("{}: has no rows", table.source().describe());
  guess_.uses.resize(guess_.columns.size());
  guess_.names_are_ours = names_are_generated(guess_.columns);
}

// The order matters: each guess excludes a column from the next ones.
ModelGuess Guesser::guess() {
  find_split();
  find_label();
  find_user();
  find_item();
  const ColumnGuess& item = columns()[guess_.item];
  guess_.is_catalogue = item.distinct_share() > 0.9 && item.summary.distinct >= kLeastKeys;
  find_time();
  sort_the_rest();
  if (guess_.user) {
    guess_.repeated =
        repeated_share(table_, columns()[*guess_.user].summary.name, columns()[guess_.item].summary.name);
  }
  give_names();
  return std::move(guess_);
}

double Guesser::share(size_t key, size_t column) {
  std::vector<double>& shares = shares_[key];
  if (shares.empty()) shares = determined_shares(table_, columns()[key].summary.name, as_sets(columns()));
  return shares[column];
}

bool Guesser::determines(size_t key, size_t column) { return share(key, column) >= kNearlyAlways; }

void Guesser::take_as_key(size_t c, Use use, std::string why) {
  columns()[c].holds = Holds::category;
  take(c, use, std::move(why));
}

void Guesser::turn_down(size_t c, const char* use, std::string why) {
  guess_.turned_down.push_back({columns()[c].name, use, std::move(why)});
}

bool Guesser::looks_like_key(size_t c) {
  const ColumnGuess& column = columns()[c];
  const bool integer = column.summary.type == ColumnType::integer && column.holds == Holds::number;
  const bool key = integer || column.holds == Holds::category || column.holds == Holds::text;
  const bool other = column.meaning.hint == NameHint::event || column.meaning.hint == NameHint::weight;
  return !is_taken(c) && !other && key && column.summary.distinct >= kLeastKeys &&
         column.distinct_share() < 0.9 && is_whole_column(column);
}

std::string Guesser::why_nothing_found(const char* use) const {
  std::vector<std::string> reasons;
  for (const TurnedDown& column : guess_.turned_down) {
    if (column.use == use) reasons.push_back(sentence(column));
  }
  if (reasons.empty() && guess_.names_are_ours) {
    reasons.push_back(fmt::format(
        "no header was found, so columns have no names, and no column has {} distinct values that are "
        "repeated; if the first line contains names, use --header, otherwise name the columns with --columns",
        kLeastKeys));
  }
  return reasons.empty() ? "" : fmt::format(" ({})", fmt::join(reasons, "; "));
}

std::vector<size_t> ModelGuess::used_as(Use use) const {
  std::vector<size_t> found;
  for (size_t c = 0; c < uses.size(); ++c) {
    if (uses[c].use == use) found.push_back(c);
  }
  return found;
}

std::string sentence(const TurnedDown& column) {
  return fmt::format("'{}' would be the {} by its name, but {}", column.column, column.use, column.why);
}

ModelGuess guess_model(const Table& table, const InitOptions& options) {
  std::vector<ColumnGuess> columns = guess_columns(table);
  const std::vector<std::string> words = words_for_missing(columns);
  if (words.empty() || !table.source().missing.empty() || !is_text_file(table.source()))
    return Guesser(table, std::move(columns), options).guess();
  TableSource source = table.source();
  source.missing = words;
  const Table without = Table::open(source);
  return Guesser(without, guess_columns(without), options).guess();
}

}  // namespace shortlist
