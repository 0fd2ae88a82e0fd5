// What Python asks of a model, and lists of items as arrays.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shortlist/python/arrays.h"
#include "shortlist/recommend/recommender.h"

namespace shortlist::python {

// The options of a request for recommendations, from keyword arguments. Throws Error for unknown and bad
// ones.
RecommendOptions options_of(nb::dict settings);

// The text of a value as a table of texts would have it. Throws Error for what is not one value.
std::string text_of_value(nb::handle value, const std::string& column);

// Columns and texts; missing values are left out.
Record record_of(nb::dict values);

// Lists of items, one after another.
struct Answer {
  explicit Answer(size_t labels) : predictions(labels) {}

  void add(int64_t query, const std::vector<Recommendation>& items, int offset);

  // As a dict of arrays. Leaves the answer empty.
  nb::dict take();

  std::vector<int64_t> queries, ranks;
  std::vector<uint32_t> found;
  std::vector<float> scores;
  std::vector<std::vector<float>> predictions;  // [label]
  std::vector<std::string> notes;
};

}  // namespace shortlist::python
