// Builds a dataset from a table.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "shortlist/config/data_spec.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/table/table.h"
#include "shortlist/train/counted_features.h"
#include "shortlist/train/data_columns.h"
#include "shortlist/train/dataset.h"
#include "shortlist/train/known_data.h"

namespace shortlist {

// A split table, and the features fitted on the rows that the spec selects.
struct PreparedData {
  FeatureMap features;  // of both towers
  Dataset data;
  std::map<std::string, LabelScale> label_scales;  // of standardised labels, fitted on the training rows
};
enum class TrainOn { train, train_and_validation };
// With train_and_validation, validation rows become training rows, features are also fitted on them, and no
// validation rows are left.
// Looks at the table's columns and its split. It may not keep them.
using InspectData = std::function<void(const DataColumns&, const Split&)>;
// With `earlier`, the features continue those of an earlier model: see FeatureMapFit::finish(). With
// `fitted`, no features are fitted.
PreparedData prepare_data(const DataSpec& spec, const Table& table, TrainOn train_on = TrainOn::train,
                          const InspectData& inspect = {}, const EarlierFeatures* earlier = nullptr,
                          const FittedFeatures* fitted = nullptr);

// Only reads the table and splits it, as prepare_data() does.
void inspect_data(const DataSpec& spec, const Table& table, const InspectData& inspect);

// Applies features that were fitted before. The catalogue is the table's own, or that of `known`. A table
// other than the known one is split only if known->split is set; otherwise it needs no split column.
// data.seen stays empty. Throws a data Error if the known table's split differs from the one in training.
// With DataSpec::refit, validation rows are training rows. With `need_labels` false, label columns may be
// missing; then labels and split are empty.
Dataset apply_features(const DataSpec& spec, const FeatureMap& features, const Table& table,
                       bool need_labels = true, const KnownData* known = nullptr);

}  // namespace shortlist
