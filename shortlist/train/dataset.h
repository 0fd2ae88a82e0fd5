// A table with its features applied: each row once, as numbers.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "shortlist/interactions/interactions.h"
#include "shortlist/metrics/seen_items.h"
#include "shortlist/model/data_fingerprint.h"
#include "shortlist/model/items.h"
#include "shortlist/table/encoded.h"
#include "shortlist/train/split.h"

namespace shortlist {

struct Dataset {
  size_t rows = 0;
  // Distinct rows of each tower's features (for candidates, with the id). query_of_row and candidate_of_row
  // map rows to them. Candidates without rows are items that only the item table has.
  EncodedRows queries, candidates;
  std::vector<uint32_t> query_of_row, candidate_of_row;
  // Distinct (query, candidate) pairs, and the pair of each row.
  std::vector<uint32_t> pair_query, pair_candidate, pair_of_row;
  // Position in the catalogue. At or beyond its size: an item that is not in a given catalogue.
  std::vector<uint32_t> item_of_candidate;
  std::vector<uint32_t> candidate_of_item;  // the first candidate row of each item, used for the item
  // For each item, the log of its share of the training rows (or of all rows if there are no training rows),
  // at least log 1e-6. Empty unless retrieval.sampling_correction.
  std::vector<float> item_log_share;
  std::vector<std::vector<float>> labels;  // [ranking task][row]
  std::vector<float> weights;              // [row]; empty: all 1
  // For each ranking task, the rows without its label, in ascending order. Their `labels` are meaningless and
  // their `label_weights` are 0, so they do not count for the task, in training and in metrics.
  std::vector<std::vector<uint32_t>> unlabelled;
  std::vector<std::vector<float>> label_weights;  // [ranking task][row]; a task without such rows: empty
  // The weights of a ranking task's rows. Empty: all 1.
  const std::vector<float>& weights_of(size_t task) const {
    return task < label_weights.size() && !label_weights[task].empty() ? label_weights[task] : weights;
  }
  bool is_unlabelled(size_t task, uint32_t row) const {
    return task < unlabelled.size() && std::ranges::binary_search(unlabelled[task], row);
  }
  // Retrieval weights from retrieval.positives: 0 for rows that are not positives, with mean 1 over the
  // training rows. Empty without retrieval.positives.
  std::vector<float> positive_weights;  // [row]
  const std::vector<float>& retrieval_weights() const {
    return positive_weights.empty() ? weights : positive_weights;
  }
  bool is_positive(uint32_t row) const { return positive_weights.empty() || positive_weights[row] > 0; }
  // The number of each row's user, or unknown_index if it is missing. Empty if the config has no user column.
  // At or beyond users.size(): a user that is not among given ones.
  std::vector<uint32_t> user_of_row;
  std::vector<std::string> users;  // their ids
  // What users did in the training rows, ordered by time if the split is by time. Labels are those of the
  // first ranking task. Empty if the config has no user column.
  Interactions interactions;
  // If queries contain the user: the user of each distinct query, the items of each user in the training
  // rows, and the users' context. Else empty.
  std::vector<uint32_t> user_of_query;
  SeenItems seen;
  UserContext context;
  std::vector<uint64_t> query_keys;  // table-independent hashes of the distinct queries' values
  // The user column is the only query column. A row without a user has no query.
  bool query_is_user = false;
  Items items;
  Split split;
  DataFingerprint fingerprint;
  bool other_table = false;        // another table than the known one
  std::vector<std::string> notes;  // notes for people about the item and user tables
  // Number of values that were not seen when the features were fitted, by feature name.
  std::vector<std::pair<std::string, uint64_t>> unseen;
};

}  // namespace shortlist
