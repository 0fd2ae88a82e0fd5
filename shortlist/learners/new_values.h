// Where the embeddings of values that an earlier model did not know begin: at those of known values that
// share other features.
#pragma once

#include "shortlist/learners/earlier_model.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

// After begin_with(). For each new value of a category: each id of the tower's other features that occurs
// with the value has a mean, over the known values that it occurs with. The value begins with the mean of
// these means. A value without such an id stays as it is.
void begin_new_values(const EarlierModel& earlier, const ModelSpec& model, const FeatureMap& features,
                      const Dataset& data, Parameters& parameters);

}  // namespace shortlist
