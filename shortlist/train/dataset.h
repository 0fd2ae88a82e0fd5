// A table with its features applied: each row once, as numbers.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/interactions/interactions.h"
#include "shortlist/interactions/user_histories.h"
#include "shortlist/metrics/seen_items.h"
#include "shortlist/model/data_fingerprint.h"
#include "shortlist/model/items.h"
#include "shortlist/table/encoded.h"
#include "shortlist/train/split.h"

namespace shortlist {

struct LabelColumn {
  std::string name;
  std::vector<float> values;  // [row]; meaningless where the label is missing
  // The rows without this label, in ascending order. They do not count for it, in training and in metrics.
  std::vector<uint32_t> missing = {};
  std::vector<float> weights = {};  // [row], 0 where it is missing; empty if no row lacks it
  bool is_missing(uint32_t row) const { return std::ranges::binary_search(missing, row); }
  bool operator==(const LabelColumn&) const = default;
};

// A label, and its values. Require that there is one with this name.
const LabelColumn& find_label(std::span<const LabelColumn> labels, std::string_view name);
const std::vector<float>& values_of(std::span<const LabelColumn> labels, std::string_view name);

struct Dataset {
  size_t rows = 0;
  // Distinct rows of each tower's features (for candidates, with the id). query_of_row and candidate_of_row
  // map rows to them. Candidates without rows are items that only the item table has.
  EncodedRows queries, candidates;
  std::vector<uint32_t> query_of_row, candidate_of_row;
  // Distinct (query, candidate) pairs, and the pair of each row.
  std::vector<uint32_t> pair_query, pair_candidate, pair_of_row;
  // If training keeps rows together: the number of each row's group. Else empty.
  std::vector<uint32_t> group_of_row;
  // Position in the catalogue. At or beyond its size: an item that is not in a given catalogue.
  std::vector<uint32_t> item_of_candidate;
  std::vector<uint32_t> candidate_of_item;  // the first candidate row of each item, used for the item
  // For each item, the log of its share of the training rows (or of all rows if there are no training rows),
  // at least log 1e-6. Empty unless retrieval.sampling_correction.
  std::vector<float> item_log_share;
  std::vector<LabelColumn> labels;  // of each ranking task
  const std::vector<float>& label(std::string_view name) const { return values_of(labels, name); }
  // The ranking.group of each row: losses and figures compare rows of equal numbers. Empty if no ranking has
  // groups.
  std::vector<uint32_t> list_of_row;
  std::vector<float> weights;  // [row]; empty: all 1
  // The weights of the rows for the rankings by a label. Empty: all 1.
  const std::vector<float>& weights_of(const LabelColumn& label) const {
    return label.weights.empty() ? weights : label.weights;
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
  // What the users of a bundle took, if its retriever reads users. Empty in training, where it is in
  // `interactions`.
  UserHistories histories;
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
