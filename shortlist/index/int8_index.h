// Exact search that reads a quarter of float32's bytes: the scores of eight-bit codes select the candidates
// to score again in float32 (rescored_search.h).
#pragma once

#include "shortlist/base/threads.h"
#include "shortlist/index/array.h"
#include "shortlist/index/index.h"
#include "shortlist/index/int8_kernels.h"
#include "shortlist/index/panel_kernels.h"

namespace shortlist {

class Int8Index : public Index {
 public:
  // vectors[n, width] must outlive it. Throws a data Error for a vector that is not finite, and for vectors
  // of more than kMostInt8Width numbers.
  Int8Index(ConstMatrix vectors, ThreadPool& pool);

  size_t size() const override { return vectors_.rows; }
  size_t width() const override { return vectors_.cols; }
  std::vector<Found> search(ConstMatrix queries, size_t k, Eligible eligible = {},
                            const Deadline& deadline = {}) const override;

  // Maxima over all candidates except those beyond the scale: |v - scale * codes| and |scale * codes|.
  struct Rounding {
    double error = 0, norm = 0;
  };

 private:
  class Queries;
  size_t panel_size() const { return groups_ * 4 * kPanelCandidates; }
  void encode_panel(size_t panel, uint8_t* codes, Rounding& largest) const;
  float slack(const Int8Encoding& query) const;
  void leave_out_beyond(size_t first, Matrix scores) const;

  ConstMatrix vectors_;
  size_t groups_;  // of four elements
  float scale_ = 0;
  // Candidates with an element out of the scale's range. Their codes are inaccurate, so they are always
  // scored again.
  std::vector<uint32_t> beyond_;
  Rounding largest_;
  Array<uint8_t> panels_;  // int8_kernels.h
};

}  // namespace shortlist
