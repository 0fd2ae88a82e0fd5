// Reads the weights of a row's values from a column of their own: see CategoriesSettings::weights.
#pragma once

#include <string>
#include <vector>

#include "shortlist/table/column.h"
#include "shortlist/table/encoded.h"

namespace shortlist {

class WeightReader {
 public:
  // Appends the weights of the ids to `out`. All arguments must outlive it. `name` is that of the column.
  WeightReader(const Column& weights, std::string name, EncodedColumn& out)
      : column_(weights), name_(std::move(name)), out_(out) {}

  // Throws a RowError for a weight that is not a finite number.
  void begin_row(size_t row);
  // The next value of the row; its weight is kept if the value has an id.
  void next(bool kept);
  // The values of the row are missing: what is there instead has the weight 1.
  void all_alike() { given_ = false; }
  // Throws a RowError if the row has another number of values than of weights.
  void end_row() const;

 private:
  const Column& column_;
  std::string name_;
  EncodedColumn& out_;
  std::vector<double> weights_;
  bool given_ = false;
  size_t row_ = 0, values_ = 0;
};

}  // namespace shortlist
