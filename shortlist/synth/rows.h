// Draws the ratings of the synthetic table, grouped by user as in MovieLens. No user rates an item twice. A
// row is a pure function of the options and its number.
#pragma once

#include <cstdint>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/synth/alias_table.h"
#include "shortlist/synth/taste.h"

namespace shortlist {

struct SynthRow {
  uint32_t user = 0, item = 0;
  int rating = 0;    // 1 to 5
  int64_t time = 0;  // seconds since 1970-01-01 UTC
  double expected_rating = 0;
};

class SynthRows {
 public:
  // `truth` must outlive it. Throws a usage Error if a user would need more items than exist.
  explicit SynthRows(const SynthTruth& truth);

  // The user's rows are [first_row(user), first_row(user + 1)).
  int64_t first_row(size_t user) const { return first_row_[user]; }

  // Per-thread memory, reused between users.
  struct Scratch {
    std::vector<uint32_t> rated_by;  // [items]: 1 + the last user who rated the item
    std::vector<double> offered;     // [cells]: cumulative sums of offers to the user
  };
  // Appends the user's rows.
  void append(size_t user, Scratch& scratch, std::vector<SynthRow>& rows) const;

 private:
  struct Cell {  // the items of a genre and a year
    int genre = 0, year = 0;
    double share = 0;  // share of the genre's popularity
    std::vector<uint32_t> items;
    AliasTable popularity;
  };

  void count_rows();
  void add_cells(int genre);
  uint32_t draw_item(const SynthTaste& taste, size_t user, RandomStream stream, const Scratch& scratch) const;
  int64_t draw_time(size_t user, int64_t row) const;

  const SynthTruth& truth_;
  const RandomStream draws_, noise_, times_;
  std::vector<int64_t> first_row_;  // [users + 1]
  std::vector<Cell> cells_;
};

}  // namespace shortlist
