#include "shortlist/init/side_tables.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_set>

#include "shortlist/base/error.h"
#include "shortlist/features/column_form.h"
#include "shortlist/init/guesser.h"
#include "shortlist/table/code_columns.h"
#include "shortlist/table/source_sql.h"

namespace shortlist {
namespace {

// A key contains at least this share of the interactions' values.
constexpr double kLeastMatched = 0.5;
// A category with more values than this share of its table's rows does little but identify the row.
constexpr double kNearlyUnique = 0.5;
constexpr uint64_t kFewValues = 20;

struct Side {
  TableSource source;
  std::vector<ColumnGuess> columns;
};

// The table's columns, and its source with the words for missing values that were found.
Side look_at(const Table& table) {
  Side side{table.source(), guess_columns(table)};
  const std::vector<std::string> words = words_for_missing(side.columns);
  if (words.empty() || !side.source.missing.empty() || !is_text_file(side.source)) return side;
  side.source.missing = words;
  side.columns = guess_columns(Table::open(side.source));
  return side;
}

bool may_be_key(const ColumnGuess& column) {
  const ColumnSummary& summary = column.summary;
  if (summary.type == ColumnType::list || !is_whole_column(column) || summary.rows == 0) return false;
  return summary.distinct_is_estimate
             ? static_cast<double>(summary.distinct) > 0.97 * static_cast<double>(summary.rows)
             : summary.distinct == summary.rows;
}

std::unordered_set<std::string> values_of(const Table& table, const std::string& name, TextForm* form,
                                          bool finds_form) {
  CodedColumn column = std::move(code_columns(table, {{name, ReadAs::text}}).front());
  if (finds_form) *form = find_form(column.values).form;
  bring_into_form(column, *form);
  std::unordered_set<std::string> values;
  for (uint32_t code = 0; code < column.distinct(); ++code)
    if (!column.values.is_missing(code)) values.insert(column.text(code));
  return values;
}

// The key of a side table, found by its name or its values, and the share of the ids that it contains.
struct Key {
  size_t column = 0;
  double share = 0;
};
Key find_key(const Table& rows, const std::string& id, const Table& table,
             const std::vector<ColumnGuess>& columns) {
  TextForm form = TextForm::text;
  const std::unordered_set<std::string> ids = values_of(rows, id, &form, true);
  Key best;
  for (size_t c = 0; c < columns.size(); ++c) {
    if (!may_be_key(columns[c])) continue;
    const std::unordered_set<std::string> keys = values_of(table, columns[c].summary.name, &form, false);
    const auto found =
        std::ranges::count_if(ids, [&](const std::string& value) { return keys.contains(value); });
    const double share = static_cast<double>(found) / static_cast<double>(std::max<size_t>(1, ids.size()));
    const bool named = columns[c].summary.name == id;
    if (share >= kLeastMatched && (named || share > best.share)) best = {c, share};
    if (named && share >= kLeastMatched) return best;
  }
  if (best.share > 0) return best;
  std::vector<std::string> names;
  for (const ColumnGuess& column : columns) names.push_back(column.summary.name);
  throw data_error("{}: no column contains the values of '{}' in {}, each in one row (columns: {})",
                   table.source().describe(), id, rows.source().describe(), fmt::join(names, ", "));
}

bool is_nearly_unique(const ColumnGuess& column) {
  return column.summary.rows > kFewValues && column.holds == Holds::category &&
         static_cast<double>(column.summary.distinct) >
             kNearlyUnique * static_cast<double>(column.summary.rows);
}

ColumnUse use_of_user_column(const ColumnGuess& column) {
  if (column.holds == Holds::nothing || column.holds == Holds::row_number)
    return {Use::left_out, false, column.why};
  if (is_nearly_unique(column)) return {Use::left_out, false, "nearly unique for each user"};
  return {Use::query, false, "describes the user"};
}

ColumnUse use_of_item_column(ColumnGuess& column, bool may_be_display, const std::string& key) {
  const bool named = column.meaning.readable && column.summary.type == ColumnType::text &&
                     column.summary.present() > 0 && column.summary.distinct >= 2;
  if (may_be_display && named) {
    column.holds = Holds::text;
    return {Use::shown, true, fmt::format("one per {}, and readable", key)};
  }
  if (column.holds == Holds::nothing || column.holds == Holds::row_number)
    return {Use::left_out, false, column.why};
  if (is_nearly_unique(column)) return {Use::shown, true, "nearly unique for each item"};
  return {Use::describes, true, "describes the item"};
}

class SideTables {
 public:
  SideTables(const Table& rows, ModelGuess& guess) : rows_(rows), guess_(guess) {}

  void add_items(const Table& table) {
    const std::string& id = guess_.columns[guess_.item].summary.name;
    add(table, id, "item", guess_.items, [&](ColumnGuess& column) {
      const bool may_be_display = !guess_.display && !guess_.columns[guess_.item].meaning.readable;
      const ColumnUse use = use_of_item_column(column, may_be_display, id);
      if (use.use == Use::shown && column.holds == Holds::text && may_be_display)
        guess_.display = guess_.columns.size();
      return use;
    });
  }

  void add_users(const Table& table) {
    if (!guess_.user)
      throw usage_error("{}: no column looks like the user that --users describes; name it with --query",
                        rows_.source().describe());
    add(table, guess_.columns[*guess_.user].summary.name, "user", guess_.users,
        [](ColumnGuess& column) { return use_of_user_column(column); });
  }

 private:
  template <typename UseOf>
  void add(const Table& table, const std::string& id, const char* one, std::optional<SideGuess>& section,
           UseOf use_of) {
    Side side = look_at(table);
    const Key key = find_key(rows_, id, table, side.columns);
    const ColumnSummary& summary = side.columns[key.column].summary;
    section.emplace(SideGuess{side.source, summary.name, "", {}});
    const std::string found = key.share < 1 ? fmt::format("{:.1f} % of the", 100 * key.share) : "all";
    section->why = fmt::format("one row per {}, with {} values of '{}'", one, found, id);
    for (size_t c = 0; c < side.columns.size(); ++c) {
      if (c == key.column) continue;
      ColumnGuess& column = side.columns[c];
      const auto same = std::ranges::find(guess_.columns, column.name, &ColumnGuess::name);
      if (same != guess_.columns.end()) {
        section->left_out.push_back(
            fmt::format("{} (another table has a column with this name; rename it with sql)", column.name));
        continue;
      }
      const ColumnUse use = use_of(column);
      guess_.uses.push_back(use);
      guess_.columns.push_back(std::move(column));
    }
  }

  const Table& rows_;
  ModelGuess& guess_;
};

}  // namespace

std::string named_item_key(const Table& rows, const InitSides& sides) {
  if (sides.items == nullptr) return "";
  for (const ColumnGuess& column : guess_columns(*sides.items)) {
    if (may_be_key(column) && rows.has_column(column.summary.name)) return column.summary.name;
  }
  return "";
}

void add_side_tables(const Table& rows, const InitSides& sides, ModelGuess& guess) {
  SideTables tables(rows, guess);
  if (sides.items != nullptr) tables.add_items(*sides.items);
  if (sides.users != nullptr) tables.add_users(*sides.users);
}

}  // namespace shortlist
