// The items that a user took before, oldest first. In a query it is a list of item ids; training builds it
// from the rows of each user, so that a row's own item and later ones are never in it.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/features/column_form.h"
#include "shortlist/features/feature.h"
#include "shortlist/features/feature_settings.h"
#include "shortlist/features/vocabulary.h"

namespace shortlist {

struct HistorySettings {
  static constexpr const char* kind = "history";
  static constexpr const char* help =
      "The user's earlier items, found in the rows of `data.user`; in a query, a list of item ids, oldest "
      "first";
  std::string of;
  int length = 50;
  std::vector<Value> layers;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("of", of,
          "Feature of the items that is read for each earlier item. The default is the category feature of "
          "`items.id`.");
    visit("length", length, "Maximum number of earlier items, the most recent ones",
          Range::between(1, 10'000));
    visit(
        "layers", layers,
        "Layers along the history, whose outputs at the last item are the feature: a list as in "
        "`query.layers`, in which `\"items\"` are the embeddings. Without layers, the feature is the pooled "
        "embedding.");
  }
  static constexpr bool yields_ids() { return true; }
  void check(const Value&, const Where&) const {}
  // A history is not fitted to a column but made from the items: see HistoryFeature.
  std::unique_ptr<FeatureFit> make_fit() const;
  static std::unique_ptr<const Feature> load(const nlohmann::json& feature);
};

// A row's ids are those of its items' feature, item after item.
class HistoryFeature final : public Feature {
 public:
  // The ids of `items` are the numbers of the items, from 0. `bags` has a row for each: the ids of the
  // feature `of`. `form` is that of the texts in `items`.
  HistoryFeature(HistorySettings settings, Vocabulary items, TextForm form, std::shared_ptr<const Feature> of,
                 EncodedColumn bags);
  // Restores a feature from to_json(), given its feature of the items.
  static std::unique_ptr<const Feature> load(const nlohmann::json& feature,
                                             std::shared_ptr<const Feature> of);

  const HistorySettings& settings() const { return settings_; }
  std::string_view kind() const override { return HistorySettings::kind; }
  int32_t id_count() const override { return of_->id_count(); }
  std::string token(int32_t id) const override { return of_->token(id); }
  InputForm input() const override { return {InputKind::several}; }
  // Unknown items are left out, and count as unseen.
  void encode(const Column& values, EncodedColumn& out, uint64_t* unseen) const override;
  nlohmann::json to_json() const override;

  size_t item_count() const { return static_cast<size_t>(items_.id_count()); }
  // The id of an item, and the item with an id, or -1.
  std::string item_id(size_t item) const { return items_.token(static_cast<int32_t>(item)); }
  int32_t find(std::string_view id) const;
  // The known items of a row, oldest first: at most settings().length.
  std::vector<uint32_t> items_of(const Column& values, size_t row, uint64_t* unseen = nullptr) const;
  // Appends a row with these items, or with the last of them if there are too many.
  void append(std::span<const uint32_t> items, EncodedColumn& out) const;
  std::span<const int32_t> ids_of(size_t item) const { return bags_.bag(item); }
  // Whether each item has exactly one id.
  bool has_one_id_per_item() const { return bags_.offsets.empty(); }

 private:
  HistorySettings settings_;
  Vocabulary items_;
  TextForm form_;
  std::shared_ptr<const Feature> of_;
  EncodedColumn bags_;
};

// The settings if they are those of a history, else null.
const HistorySettings* history_of(const FeatureSettings& settings);

}  // namespace shortlist
