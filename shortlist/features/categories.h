// Several values per row from a vocabulary, such as genres: the elements of a list column, or the values in a
// text (list_values.h). Blanks around a value and empty values are dropped. A value that occurs twice in a
// row counts twice. Ids are assigned as in category.h.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/features/feature.h"
#include "shortlist/features/missing_value.h"
#include "shortlist/features/vocabulary.h"

namespace shortlist {

struct CategoriesSettings : VocabularySettings {
  static constexpr const char* kind = "categories";
  static constexpr const char* help =
      "Several values from a vocabulary: a list column, text with a separator, or a list in brackets";
  static constexpr InputKind input = InputKind::several;
  std::string separator = ",";
  MissingValue missing = MissingValue::empty;
  std::optional<std::string> weights;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("separator", separator,
          "Separator between the values of a text. Blanks around a value are dropped. A text such as ['a', "
          "'b'] or [\"a\", \"b\"] is read as a list without it.");
    VocabularySettings::fields(visit);
    visit("missing", missing,
          "How to treat a missing value: empty (no id, zeros), oov (as an unseen value), token (an id of its "
          "own), error");
    visit("weights", weights,
          "Column with one number for each value of the row, in the same order: a list, or a text with "
          "separators. The embeddings are combined with these weights: mean is sum w x / sum w, sum is sum w "
          "x, sqrtn is sum w x / sqrt(sum w^2). If it is missing, all values of the row count alike.");
  }
  void check(const Value& value, const Where& where) const;
  std::vector<ColumnRequest> further_columns() const;
  bool each_value(const Column& values, size_t row, UseValue use) const;
  std::unique_ptr<FeatureFit> make_fit() const;
  static std::unique_ptr<const Feature> load(const nlohmann::json& feature);
};

}  // namespace shortlist
