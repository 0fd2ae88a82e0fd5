#include "shortlist/losses/loss.h"

#include <algorithm>

namespace shortlist {

double Loss::held_out(ThreadPool& pool, const HeldOutRows& held_out) {
  double sum = 0;
  held_out.for_each_batch(
      [&](const LossBatch& batch) { sum += static_cast<double>(batch.rows) * run(pool, batch, 1); });
  return sum / static_cast<double>(std::max<size_t>(1, held_out.rows));
}

}  // namespace shortlist
