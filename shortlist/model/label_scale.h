// Folds the scale of a standardised label into the weights of its prediction and back, for formats that store
// only weights.
#pragma once

#include "shortlist/model/parameters.h"
#include "shortlist/model/spec.h"

namespace shortlist {

// Whether any label of the model is standardised.
bool has_label_scales(const ModelSpec& spec);

// Changes kernel and bias of each prediction so that its output is in the label's own unit.
void fold_label_scales(const ModelSpec& spec, Parameters& parameters);
// The inverse: an output in the label's own unit becomes the standardised label.
void unfold_label_scales(const ModelSpec& spec, Parameters& parameters);

}  // namespace shortlist
