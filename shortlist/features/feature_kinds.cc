#include "shortlist/features/feature_kinds.h"

#include "shortlist/features/age.h"
#include "shortlist/features/categories.h"
#include "shortlist/features/category.h"
#include "shortlist/features/crossed.h"
#include "shortlist/features/hashed.h"
#include "shortlist/features/history.h"
#include "shortlist/features/number.h"
#include "shortlist/features/text.h"
#include "shortlist/features/time.h"
#include "shortlist/features/vector.h"

namespace shortlist {

std::span<const FeatureKind> feature_kinds() {
  static const FeatureKind kinds[] = {
      kind_of<CategorySettings>(),    //
      kind_of<CategoriesSettings>(),  //
      kind_of<TextSettings>(),        //
      kind_of<HashedSettings>(),      //
      kind_of<CrossedSettings>(),     //
      kind_of<NumberSettings>(),      //
      kind_of<TimeSettings>(),        //
      kind_of<AgeSettings>(),         //
      kind_of<VectorSettings>(),      //
      kind_of<HistorySettings>(),
  };
  return kinds;
}

const FeatureKind* find_feature_kind(std::string_view name) {
  for (const FeatureKind& kind : feature_kinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

ReadAs read_as(std::string_view feature_kind) {
  if (feature_kind == "number") return ReadAs::number;
  if (feature_kind == "time" || feature_kind == "age") return ReadAs::time;
  return feature_kind == "vector" ? ReadAs::stored : ReadAs::text;
}

std::string feature_kind_names() {
  std::string names;
  for (const FeatureKind& kind : feature_kinds()) names.append(names.empty() ? "" : ", ").append(kind.name);
  return names;
}

}  // namespace shortlist
