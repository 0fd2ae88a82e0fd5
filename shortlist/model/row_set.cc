#include "shortlist/model/row_set.h"

namespace shortlist {

std::vector<RowSetSpec> usual_row_sets() {
  return {{.name = "queries"},
          {.name = "candidates"},
          {.name = "pairs", .parents = {{kQueryRows}, {kCandidateRows}}, .copies = kBatchRows},
          {.name = "rows", .parents = {{kPairRows}}}};
}

}  // namespace shortlist
