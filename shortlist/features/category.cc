#include "shortlist/features/category.h"

#include "shortlist/features/cell.h"
#include "shortlist/features/vocabulary_feature.h"

namespace shortlist {

bool CategorySettings::each_value(const Column& values, size_t row, UseValue use) const {
  TextCell cell;
  if (!cell.read(values, row)) return false;
  use(cell.text());
  return true;
}

std::unique_ptr<FeatureFit> CategorySettings::make_fit() const {
  return std::make_unique<VocabularyFit<CategorySettings>>(*this);
}

std::unique_ptr<const Feature> CategorySettings::load(const nlohmann::json& feature) {
  return VocabularyFeature<CategorySettings>::load(feature);
}

}  // namespace shortlist
