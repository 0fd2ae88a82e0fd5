// The histories of a dataset's rows: what each row's user took before it.
#pragma once

#include <span>
#include <vector>

#include "shortlist/config/data_spec.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/train/dataset.h"
#include "shortlist/train/known_data.h"

namespace shortlist {

// Adds the features of the spec's histories to the map. They read the items of the dataset's catalogue.
FeatureMap with_histories(const DataSpec& spec, const FeatureMap& features, const Dataset& data);

// Adds the histories to the dataset's queries, so that rows of a query with different histories become rows
// of different queries. `features` has the histories.
//
// If `times` has the time of each row, a history has the user's events before the row's time. Events are the
// positive training rows; if the split is ordered in time, also the positive rows of validation and test,
// each for the rows after it. Without times, a history has the user's training rows of other items, in the
// order of the table. If the table is not the one that the model was trained on, `known` has the events.
void add_histories(const DataSpec& spec, const FeatureMap& features, std::span<const double> times,
                   const KnownData* known, Dataset& data);

}  // namespace shortlist
