// A batch of queries in the form that every kind of retriever reads.
#pragma once

#include <span>

#include "shortlist/base/deadline.h"
#include "shortlist/interactions/user_histories.h"
#include "shortlist/math/matrix.h"
#include "shortlist/table/encoded.h"

namespace shortlist {

// Contains views; what they point to must outlive the batch. A retriever reads only the fields that its kind
// needs.
struct QueryBatch {
  size_t rows = 0;
  // Query i has the values features->row(feature_rows[i]), encoded by the query's features.
  const EncodedRows* features = nullptr;
  std::span<const uint32_t> feature_rows;
  ConstMatrix vectors;  // [rows, width]: the query tower's outputs; empty for a model without towers
  // Only for retrievers with reads_users(), else empty: the number of each query's user among the users of
  // the training rows, or unknown_index, and the query's history: the one that the query gives, else what
  // the user took in the training rows. A query that gives a history has no user here.
  std::span<const uint32_t> users;
  std::span<const QueryHistory> histories;
  Deadline deadline = {};  // when it passes, retrieval throws DeadlinePassed
};

}  // namespace shortlist
