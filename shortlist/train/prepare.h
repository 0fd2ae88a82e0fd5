// From a config and a table to a dataset.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/build.h"
#include "shortlist/config/config.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/table/table.h"
#include "shortlist/train/column_roles.h"
#include "shortlist/train/dataset.h"
#include "shortlist/train/known_data.h"

namespace shortlist {

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

// Applies features that were fitted before. The catalogue is the table's own, or that of `known`. A table
// other than the known one is split only where `known` asks for it; else it needs no column for that.
// data.seen stays empty. Throws a data Error where the known table is split in another way than it was.
// With training.refit, validation rows are training rows.
// With `need_labels` false, label columns may be absent (then labels are empty, and so is the split).
Dataset apply_features(const Config& config, const FeatureMap& features, const Table& table,
                       bool need_labels = true, const KnownData* known = nullptr);

}  // namespace shortlist
