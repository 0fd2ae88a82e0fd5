// Exact search over candidates that are stored in bfloat16: half of float32's memory and bandwidth. Their
// vectors are rounded to 8 significant bits, and a score is that of the rounded vector, in float32.
#pragma once

#include "shortlist/base/threads.h"
#include "shortlist/index/array.h"
#include "shortlist/index/index.h"
#include "shortlist/index/panel_kernels.h"

namespace shortlist {

class Bf16Index : public Index {
 public:
  // Keeps nothing of vectors[n, width].
  Bf16Index(ConstMatrix vectors, ThreadPool& pool);

  size_t size() const override { return size_; }
  size_t width() const override { return width_; }
  std::vector<Found> search(ConstMatrix queries, size_t k, Eligible eligible = {}) const override;

 private:
  size_t panel_size() const { return bf16_panel_size(width_); }

  size_t size_, width_;
  Array<uint16_t> panels_;
};

}  // namespace shortlist
