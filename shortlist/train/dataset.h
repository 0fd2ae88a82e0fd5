// A table after its features were applied: every row once, as numbers.
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
  // Distinct rows of each tower's features (of the candidate with its id), and which of them each row shows.
  // Candidates that no row shows are items that only the item table has.
  EncodedRows queries, candidates;
  std::vector<uint32_t> query_of_row, candidate_of_row;
  // Distinct (query, candidate) pairs, and which of them each row shows.
  std::vector<uint32_t> pair_query, pair_candidate, pair_of_row;
  // Position in the catalogue; at or beyond its size: an item that a given catalogue does not have.
  std::vector<uint32_t> item_of_candidate;
  std::vector<uint32_t>
      candidate_of_item;  // the candidate row that stands for an item: its first in the table
  // Of each item, the log of its share of the training rows (of all rows, where none is for training), at
  // least log 1e-6. Empty unless retrieval.sampling_correction.
  std::vector<float> item_log_share;
  std::vector<std::vector<float>> labels;  // [ranking task][row]
  std::vector<float> weights;              // [row]; empty: 1
  // Rows without a label, in ascending order. Their `labels` have no meaning and their `weights` are 0, so
  // that retrieval alone learns from them and is measured by them.
  std::vector<uint32_t> unlabelled;
  std::vector<float> row_weights;  // [row]; of retrieval where there are unlabelled rows, else empty
  // Of retrieval, with retrieval.positives: 0 for rows that are none, and 1 on average over the training
  // rows. Empty: as without.
  std::vector<float> positive_weights;  // [row]
  const std::vector<float>& retrieval_weights() const {
    return !positive_weights.empty() ? positive_weights : !row_weights.empty() ? row_weights : weights;
  }
  bool is_unlabelled(uint32_t row) const { return std::ranges::binary_search(unlabelled, row); }
  bool is_positive(uint32_t row) const { return positive_weights.empty() || positive_weights[row] > 0; }
  // A number for each user, or unknown_index where the user is missing; empty when the config names no user.
  // At or beyond users.size(): a user that is not among given ones.
  std::vector<uint32_t> user_of_row;
  std::vector<std::string> users;  // their ids
  // What users did in the training rows, by time where the rows are split by it; labels are those of the
  // first ranking task. Empty when the config names no user.
  Interactions interactions;
  // Where a query tells its user: the user of each distinct query, the items that users have in the
  // training rows, and what is known of users. Else empty.
  std::vector<uint32_t> user_of_query;
  SeenItems seen;
  UserContext context;
  std::vector<uint64_t> query_keys;  // hashes of the distinct queries' values: the same in every table
  // The query is the user's column alone: where that is missing, nothing is asked.
  bool query_is_user = false;
  Items items;
  Split split;
  DataFingerprint fingerprint;
  bool other_table = false;        // than the known one
  std::vector<std::string> notes;  // what a person should know about the tables of items and users
  // Values that the features had not seen when they were fitted, by feature name.
  std::vector<std::pair<std::string, uint64_t>> unseen;
};

}  // namespace shortlist
