#include "shortlist/index/index.h"

#include "shortlist/base/error.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {

void check_finite(ConstMatrix vectors, size_t first) {
  for (size_t r = 0; r < vectors.rows; ++r) {
    if (!all_finite(vectors.row_span(r)))
      throw data_error("the vector of candidate {} holds a number that is not finite", first + r);
  }
}

}  // namespace shortlist
