#include "shortlist/features/categories.h"

#include "shortlist/features/cell.h"
#include "shortlist/features/list_values.h"
#include "shortlist/features/vocabulary_feature.h"

namespace shortlist {
namespace {

void each_element(const Column& values, size_t row, UseValue use) {
  TextCell cell;
  for (size_t at = values.offsets[row]; at < values.offsets[row + 1]; ++at) {
    try {
      if (!cell.read(*values.elements, at)) continue;
    } catch (const RowError&) {
      throw RowError(row, "got a list of lists, need a list of values");
    }
    const std::string_view value = trim_blanks(cell.text());
    check_is_no_object(value, row);
    if (!value.empty()) use(value);
  }
}

}  // namespace

bool CategoriesSettings::each_value(const Column& values, size_t row, UseValue use) const {
  if (values.is_missing(row)) return false;
  if (values.type == ColumnType::list) {
    each_element(values, row, use);
    return true;
  }
  TextCell cell;
  if (!cell.read(values, row)) return false;
  each_list_value(cell.text(), separator, row, use);
  return true;
}

std::vector<ColumnRequest> CategoriesSettings::further_columns() const {
  if (!weights) return {};
  return {{*weights, ReadAs::number}};
}

void CategoriesSettings::check(const Value& value, const Where& where) const {
  VocabularySettings::check(value, where);
  if (separator.empty()) throw setting_error(value, where, "separator", "need at least one character");
  if (weights && weights->empty()) throw setting_error(value, where, "weights", "need the name of a column");
}

std::unique_ptr<FeatureFit> CategoriesSettings::make_fit() const {
  return std::make_unique<VocabularyFit<CategoriesSettings>>(*this);
}

std::unique_ptr<const Feature> CategoriesSettings::load(const nlohmann::json& feature) {
  return VocabularyFeature<CategoriesSettings>::load(feature);
}

}  // namespace shortlist
