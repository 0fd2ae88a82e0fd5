// Segments: groups of rows that are measured on their own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shortlist/metrics/baselines.h"
#include "shortlist/table/table.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

struct Segments {
  std::string by;
  std::vector<std::string> names;  // in the order in which they are shown
  std::vector<uint32_t> of_row;    // of each row of the dataset: an index into `names`
};

// The segments of a column of the table: its 12 most frequent values, "(other values)", and "(missing)". A
// column of numbers with more than 12 values is cut into four ranges with equally many rows. If the table has
// no column of that name:
//   new_users    "known users" have items in the training rows, "new users" have none
//   new_items    "known items" have training rows, "new items" have none
//   popularity   "head": the most frequent items, which together have half of the weight of the training
//   rows;
//                "middle": the next ones, up to 80 %; "tail": the others; "new items"
// `seen` has the users' items in the training rows. Throws a usage Error for any other name.
Segments make_segments(const std::string& by, const Table& table, const Dataset& data,
                       const CandidateWeights& train);

}  // namespace shortlist
