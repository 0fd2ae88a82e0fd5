// Guesses what each column of a table is for. The result is described in model_guess.h.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "shortlist/init/init_options.h"
#include "shortlist/init/model_guess.h"
#include "shortlist/table/table.h"

namespace shortlist {

class Guesser {
 public:
  // Keeps references, which must outlive the guesser.
  Guesser(const Table& table, std::vector<ColumnGuess> columns, const InitOptions& options);
  ModelGuess guess();

 private:
  std::vector<ColumnGuess>& columns() { return guess_.columns; }
  // The share of rows in which `key` determines `column`: determined_shares.h.
  double share(size_t key, size_t column);
  // Whether nearly every value of `key` occurs with one value of `column` only.
  bool determines(size_t key, size_t column);
  bool is_taken(size_t c) const { return !guess_.uses[c].why.empty(); }
  void take(size_t c, Use use, std::string why) { guess_.uses[c] = {use, false, std::move(why)}; }
  // Also turns a column that was judged to be numbers, text or row numbers into a category, since it is an
  // id.
  void take_as_key(size_t c, Use use, std::string why);
  void turn_down(size_t c, const char* use, std::string why);
  // An integer or a short text with repeated values, as ids of users and items are.
  bool looks_like_key(size_t c);
  std::string why_nothing_found(const char* use) const;

  // Columns with a use of their own: guess_roles.cc.
  void find_split();
  void find_label();
  void check_label(size_t c);
  std::string why_no_label(size_t c);
  void find_user();
  void find_item();
  std::optional<size_t> named_item();
  void find_display();
  void find_time();

  // Uses of the other columns: guess_places.cc.
  void sort_the_rest();
  void place(size_t c);
  bool place_by_user(size_t c);
  bool place_by_item(size_t c);
  std::string why_not_asked_with(size_t c);
  void leave_out_telling_columns();
  void make_query_of_what_describes();
  void give_names();

  const Table& table_;
  const InitOptions& options_;
  ModelGuess guess_;
  std::map<size_t, std::vector<double>> shares_;  // by key column
};

// Not 1, since a table may contain some wrong rows.
inline constexpr double kNearlyAlways = 0.95;
// Without a hint in its name, a column with fewer values is taken as neither the user nor the item.
inline constexpr uint64_t kLeastKeys = 20;

inline bool is_whole_column(const ColumnGuess& column) { return column.without_value() == 0; }
inline bool is_number(const ColumnGuess& column) {
  return column.summary.type == ColumnType::integer || column.summary.type == ColumnType::number ||
         column.summary.is_truth();
}

}  // namespace shortlist
