// One value per row from a vocabulary: a type, a user id, a title. Accepts text, integers and whole numbers;
// numbers are looked up by their decimal text. Ids: unseen values first, then the vocabulary, then the
// missing value if it has a token. Like Keras's StringLookup without a mask token.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "shortlist/base/fields.h"
#include "shortlist/features/feature.h"
#include "shortlist/features/missing_value.h"
#include "shortlist/features/vocabulary.h"

namespace shortlist {

struct CategorySettings : VocabularySettings {
  static constexpr const char* kind = "category";
  static constexpr const char* help = "One value from a vocabulary: text, or integers such as ids";
  static constexpr InputKind input = InputKind::one;
  MissingValue missing = MissingValue::oov;

  template <typename Visitor>
  void fields(Visitor& visit) {
    VocabularySettings::fields(visit);
    visit("missing", missing,
          "How to treat a missing value: oov (as an unseen value), empty (no id, zeros), token (an id of its "
          "own), error");
  }
  bool each_value(const Column& values, size_t row, UseValue use) const;
  std::unique_ptr<FeatureFit> make_fit() const;
  static std::unique_ptr<const Feature> load(const nlohmann::json& feature);
};

}  // namespace shortlist
