// Exact search: every candidate is scored. A block of scores at a time, which stays in a core's own cache.
#pragma once

#include "shortlist/index/index.h"
#include "shortlist/math/product.h"

namespace shortlist {

// The best k of the chosen rows of vectors[n, width] for each query; `panels` is scratch memory.
std::vector<std::vector<Scored>> search_chosen(ConstMatrix queries, ConstMatrix vectors,
                                               std::span<const uint32_t> chosen, size_t k, Panels& panels);

// Candidates in float32.
class ExactIndex : public Index {
 public:
  // vectors[n, width] must outlive it.
  explicit ExactIndex(ConstMatrix vectors);

  size_t size() const override { return vectors_.rows; }
  size_t width() const override { return vectors_.cols; }
  bool exact() const override { return true; }
  std::vector<std::vector<Scored>> search(ConstMatrix queries, size_t k,
                                          Eligible eligible = {}) const override;

 private:
  ConstMatrix vectors_;
  Panels panels_;
};

}  // namespace shortlist
