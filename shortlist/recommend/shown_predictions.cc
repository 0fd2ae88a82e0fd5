#include "shortlist/recommend/shown_predictions.h"

#include <algorithm>

#include "shortlist/bundle/bundle.h"

namespace shortlist {
namespace {

// The label's range as floats, or none.
const LabelRange* range_of(const Bundle& bundle, size_t task) {
  if (task >= bundle.spec.labels.size()) return nullptr;
  const auto at = std::ranges::find(bundle.labels, bundle.spec.labels[task].name, &LabelRange::label);
  return at == bundle.labels.end() || !(at->least <= at->most) ? nullptr : &*at;
}

}  // namespace

void clamp_to_labels(const Bundle& bundle, std::vector<float>& predictions) {
  for (size_t t = 0; t < predictions.size(); ++t) {
    if (const LabelRange* range = range_of(bundle, t))
      predictions[t] =
          std::clamp(predictions[t], static_cast<float>(range->least), static_cast<float>(range->most));
  }
}

void clamp_to_labels(const Bundle& bundle, std::vector<std::vector<float>>& rows) {
  for (auto& row : rows) clamp_to_labels(bundle, row);
}

void clamp_to_labels(const Bundle& bundle, std::vector<Recommendation>& items) {
  for (Recommendation& item : items) clamp_to_labels(bundle, item.predictions);
}

void clamp_to_labels(const Bundle& bundle, std::vector<std::vector<Recommendation>>& answers) {
  for (auto& items : answers) clamp_to_labels(bundle, items);
}

}  // namespace shortlist
