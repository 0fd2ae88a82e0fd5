// Exact search that reads half of float32's bytes: the scores of vectors rounded to bfloat16 (8 significant
// bits) select the candidates to score again in float32 (rescored_search.h).
#pragma once

#include "shortlist/base/threads.h"
#include "shortlist/index/array.h"
#include "shortlist/index/index.h"
#include "shortlist/index/panel_kernels.h"

namespace shortlist {

class Bf16Index : public Index {
 public:
  // vectors[n, width] must outlive it. Throws a data Error for a vector that is not finite.
  Bf16Index(ConstMatrix vectors, ThreadPool& pool);

  size_t size() const override { return vectors_.rows; }
  size_t width() const override { return vectors_.cols; }
  std::vector<Found> search(ConstMatrix queries, size_t k, Eligible eligible = {},
                            const Deadline& deadline = {}) const override;

  // Maxima over all candidates: |v - rounded v| and |v|.
  struct Rounding {
    double error = 0, norm = 0;
  };

 private:
  size_t panel_size() const { return bf16_panel_size(width()); }
  void round_row(size_t row, uint16_t* panels, Rounding& largest) const;
  float slack(std::span<const float> query) const;

  ConstMatrix vectors_;
  Rounding largest_;
  Array<uint16_t> panels_;
};

}  // namespace shortlist
