// Selects the items that a request allows. Conditions are evaluated once for each distinct value of an
// attribute, not for each item.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shortlist/features/column_form.h"
#include "shortlist/model/items.h"
#include "shortlist/recommend/condition.h"
#include "shortlist/recommend/recommend_options.h"
#include "shortlist/recommend/typed_condition.h"

namespace shortlist {

// An index of an attribute's distinct values.
class AttributeIndex {
 public:
  // Keeps a pointer to the attribute, which must outlive it.
  explicit AttributeIndex(const Attribute& attribute);

  // Sets to 0 the items for which the condition is false. Throws a usage Error if the condition does not fit
  // the attribute's kind, and DeadlinePassed.
  void narrow(const Condition& condition, std::vector<uint8_t>& eligible,
              const Deadline& deadline = {}) const;
  // Adds notes about surprising effects of the condition. Throws as narrow().
  void add_notes(const Condition& condition, std::vector<std::string>& notes) const;

 private:
  std::vector<uint8_t> values_that_hold(const TypedCondition& condition, const Deadline& deadline) const;
  // Positions in values_ of the values that equal the i-th value of the condition, or are lists that contain
  // it.
  std::vector<uint32_t> equal_to(const TypedCondition& condition, size_t i) const;

  const Attribute& attribute_;
  std::vector<const AttributeValue*> values_;
  std::vector<uint32_t> value_of_;  // the position of each item's value in values_
  // Positions in values_, by whole value (see key_of) and by each element of a list.
  std::unordered_map<std::string, std::vector<uint32_t>> wholes_, parts_;
};

class ItemFilter {
 public:
  // Keeps a pointer to the items, which must outlive it. `display` is the attribute by which people know
  // items, or "".
  explicit ItemFilter(const Items& items, TextForm form_of_ids = TextForm::text,
                      const std::string& display = "");

  // The item with this id, or none.
  std::optional<uint32_t> find_id(std::string_view id) const;
  // Same contract as Recommender::find_item().
  std::optional<uint32_t> find(const std::string& id) const;

  // Same contract as Recommender::eligible_items().
  std::vector<uint8_t> eligible(const RecommendOptions& options) const;

  // Same contract as Recommender::notes().
  std::vector<std::string> notes(const std::vector<Condition>& conditions) const;

 private:
  const AttributeIndex& attribute(const std::string& name) const;

  // Conditions on the id compare numbers if all ids are integers.
  void narrow_ids(const Condition& condition, std::vector<uint8_t>& eligible, const Deadline& deadline) const;

  const Items& items_;
  const TextForm form_of_ids_;
  Attribute ids_;  // without values
  std::vector<AttributeIndex> attributes_;
  std::unordered_map<std::string_view, uint32_t> by_id_;
  // Keyed by display text; unknown_index if several items have the same text.
  std::unordered_map<std::string_view, uint32_t> by_display_;
};

}  // namespace shortlist
