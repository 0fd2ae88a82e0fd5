#include "shortlist/model/label_scale.h"

#include <algorithm>

namespace shortlist {
namespace {

// Calls change(LabelScale, value, is_bias) for each kernel and bias value of the predictions of standardised
// labels.
template <typename Change>
void change_predictions(const ModelSpec& spec, Parameters& parameters, const Change& change) {
  for (const auto& [label, node, scale] : spec.rankings) {
    if (scale == LabelScale()) continue;
    for (ParameterState* state : parameters.of(static_cast<size_t>(node))) {
      float* values = state->value.data;
      for (size_t i = 0; i < state->spec.rows * state->spec.cols; ++i)
        values[i] = static_cast<float>(change(scale, double{values[i]}, state->spec.name == "bias"));
    }
  }
}

}  // namespace

bool has_label_scales(const ModelSpec& spec) {
  return std::ranges::any_of(spec.rankings,
                             [](const RankingOutput& ranking) { return ranking.scale != LabelScale(); });
}

void fold_label_scales(const ModelSpec& spec, Parameters& parameters) {
  change_predictions(spec, parameters, [](const LabelScale& scale, double value, bool is_bias) {
    return is_bias ? scale.original(value) : value * scale.deviation;
  });
}

void unfold_label_scales(const ModelSpec& spec, Parameters& parameters) {
  change_predictions(spec, parameters, [](const LabelScale& scale, double value, bool is_bias) {
    return is_bias ? scale.standardized(value) : value / scale.deviation;
  });
}

}  // namespace shortlist
