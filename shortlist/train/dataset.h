// A table after its features were applied: every row once, as numbers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shortlist/features/feature_map.h"
#include "shortlist/model/build.h"
#include "shortlist/model/config.h"
#include "shortlist/model/items.h"
#include "shortlist/table/encoded.h"
#include "shortlist/train/split.h"

namespace shortlist {

struct Dataset {
  size_t rows = 0;
  // Distinct rows of each tower's features (of the candidate with its id), and which of them each row shows.
  EncodedRows queries, candidates;
  std::vector<uint32_t> query_of_row, candidate_of_row;
  // Distinct (query, candidate) pairs, and which of them each row shows.
  std::vector<uint32_t> pair_query, pair_candidate, pair_of_row;
  std::vector<uint32_t> item_of_candidate;  // position in the catalogue
  std::vector<uint32_t>
      candidate_of_item;  // the candidate row that stands for an item: its first in the table
  // Of each item, the log of its share of the training rows (of all rows, where none is for training), at
  // least log 1e-6. Empty unless retrieval.sampling_correction.
  std::vector<float> item_log_share;
  std::vector<std::vector<float>> labels;  // [ranking task][row]
  std::vector<float> weights;              // [row]; empty: 1
  std::vector<uint32_t> user_of_row;       // unknown_index where missing; empty when the config names no user
  bool query_is_user =
      false;  // the query is the user's column alone: where that is missing, nothing is asked
  Items items;
  Split split;
  // Values that the features had not seen when they were fitted, by feature name.
  std::vector<std::pair<std::string, uint64_t>> unseen;
};

// The table's columns that a config speaks of.
std::vector<std::string> needed_columns(const Config& config);

// Splits the table and fits the features on the rows that the config says.
struct PreparedData {
  FeatureMap features;  // of both towers
  Dataset data;
  std::vector<LabelScale> label_scales;  // of each ranking task, fitted on the training rows
};
enum class TrainOn { train, train_and_validation };
// With train_and_validation, validation rows are training rows, also to fit on; none are left to validate on.
PreparedData prepare_data(const Config& config, const Table& table, TrainOn train_on = TrainOn::train);

// The model of a config for the data, with its labels' scales.
ModelSpec build_model(const Config& config, const PreparedData& prepared);

// Applies features that were fitted before. The catalogue is the table's own. With training.refit, validation
// rows are training rows.
// With `need_labels` false, label columns may be absent (then labels are empty).
Dataset apply_features(const Config& config, const FeatureMap& features, const Table& table,
                       bool need_labels = true);

}  // namespace shortlist
