// Moves the scale of a standardised label into the weights of its prediction and back, for formats that hold
// weights alone.
#pragma once

#include "shortlist/model/parameters.h"
#include "shortlist/model/spec.h"

namespace shortlist {

// Whether some label of the model is standardised.
bool has_label_scales(const ModelSpec& spec);

// Changes kernel and bias of each prediction so that its output is the label in its own unit.
void fold_label_scales(const ModelSpec& spec, Parameters& parameters);
// The inverse: the output was the label in its own unit, and becomes the standardised label.
void unfold_label_scales(const ModelSpec& spec, Parameters& parameters);

}  // namespace shortlist
