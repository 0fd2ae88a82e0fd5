// What an evaluation measured of each row, so that models can be compared on the same rows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shortlist/losses/label_scale.h"
#include "shortlist/metrics/rank_metrics.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

struct RowResults {
  // The places of rows' items in the lists that are served. All columns have one entry per measured row.
  std::vector<uint32_t> rows;   // row numbers of the table
  std::vector<uint32_t> units;  // of each row's user, the first row of the split; the row itself without one
  std::vector<uint32_t> queries, items;
  std::vector<float> weights;  // empty: all 1
  std::vector<Rank> places;

  struct Label {
    std::string name;
    Prediction prediction = Prediction::label;
    std::vector<uint32_t> rows, units;
    std::vector<float> predicted, labels;
    std::vector<float> weights;  // empty: all 1
  };
  std::vector<Label> labels;
};

// Adds what was measured of some of `rows`, all rows of the split.
void keep_places(const Dataset& data, const std::vector<uint32_t>& rows,
                 const std::vector<uint32_t>& measured, const std::vector<Rank>& places, RowResults& results);
// Adds a label, unless its predictions have no unit.
void keep_label(const Dataset& data, const std::vector<uint32_t>& rows, const LabelColumn& label,
                Prediction prediction, const std::vector<float>& predicted, RowResults& results);

}  // namespace shortlist
