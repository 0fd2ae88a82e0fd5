// Draws the ratings of the synthetic table. They stand user by user, as in MovieLens; no user rates an item
// twice. A row is a pure function of the options and its number.
#pragma once

#include <cstdint>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/engine/alias_table.h"
#include "shortlist/engine/synth_truth.h"

namespace shortlist {

struct SynthRow {
  uint32_t user = 0, item = 0;
  int rating = 0;    // 1 to 5
  int64_t time = 0;  // seconds since 1970-01-01 UTC
};

class SynthRows {
 public:
  // `truth` must outlive it. Throws a usage Error when a user would need more items than there are.
  explicit SynthRows(const SynthTruth& truth);

  // The user's rows are [first_row(user), first_row(user + 1)).
  int64_t first_row(size_t user) const { return first_row_[user]; }

  // What a thread needs to draw.
  struct Scratch {
    std::vector<uint32_t> rated_by;  // [items]: 1 + the last user who rated it
    std::vector<double> offered;     // [genres]: running sum of what the user is offered
  };
  // Appends the user's rows.
  void append(size_t user, Scratch& scratch, std::vector<SynthRow>& rows) const;

 private:
  struct GenreItems {
    std::vector<uint32_t> items;
    AliasTable popularity;
  };

  void count_rows();
  uint32_t offer(const Scratch& scratch, double genre, double item) const;
  uint32_t draw_item(size_t user, RandomStream stream, const Scratch& scratch) const;
  SynthRow make_row(size_t user, int64_t row, uint32_t item) const;

  const SynthTruth& truth_;
  const RandomStream draws_, noise_, times_;
  std::vector<int64_t> first_row_;  // [users + 1]
  std::vector<GenreItems> genres_;
};

}  // namespace shortlist
