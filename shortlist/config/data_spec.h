// What the data path reads of a config: the columns and their uses, the features, the labels and the split.
// resolve_data() computes it once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/config/data_config.h"
#include "shortlist/features/feature_config.h"
#include "shortlist/features/history.h"
#include "shortlist/losses/ranking_losses.h"
#include "shortlist/model/attribute.h"
#include "shortlist/table/column_request.h"
#include "shortlist/table/table_source.h"

namespace shortlist {

// What needs a column. If several parts do, the first in this order.
enum class NeededFor {
  model,   // always: features, ids, attributes, weights, users
  labels,  // only to train and to measure: labels and positives
  split,   // only to split the rows
};

struct ColumnSpec {
  std::string name;
  ReadAs read = ReadAs::stored;
  bool compared = false;   // its values are compared as text: ids, users and categories
  bool query = false;      // a query feature reads it
  bool candidate = false;  // a candidate feature reads it, or it is an attribute
  NeededFor needed_for = NeededFor::model;
};

// A table with one row per item or user, joined by its key to the rows.
struct SideTableSpec {
  TableSource source;
  std::string key;
};

// The column that a ranking task predicts.
struct LabelSpec {
  std::string column;
  RankingLoss loss;
  bool standardized = false;
};

// A query feature that is made from the rows of each user.
struct HistorySpec {
  std::string name, column;
  HistorySettings settings;
  size_t place = 0;  // among the features of the query
};

struct DataSpec {
  std::vector<ColumnSpec> columns;  // each column once, in the order in which they are read
  std::optional<SideTableSpec> items, users;
  std::vector<FeatureConfig> features;        // of both towers, each once, without histories
  std::vector<std::string> query, candidate;  // names of the towers' features, without histories
  std::vector<HistorySpec> histories;
  std::string id;                         // the column with the item of a row
  std::vector<AttributeForm> attributes;  // of items
  std::vector<LabelSpec> labels;
  std::string user, time, weight, positives;  // columns, or "" if there is none
  TimeForm time_form;                         // declared for the column `time`
  // The column of the groups in which rows are compared, "" for the query; none if no ranking has groups.
  std::optional<std::string> group;
  bool query_has_user = false;      // `user` is a column of the query, or the query has a history
  bool needs_labels = true;         // a row without any label is an error: no retrieval could learn from it
  bool counts_shares = false;       // the loss needs Dataset::item_log_share
  SplitConfig split;                // with the declared time format of its column
  FitRows fit_on = FitRows::train;  // the rows that features are fitted on
  bool refit = false;               // the final model is also trained on the validation rows
};

}  // namespace shortlist
