// Which items a request leaves in. Conditions are looked at once for each distinct value of an attribute, not
// for each item.
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

// An attribute's values, each distinct one once.
class AttributeIndex {
 public:
  // Keeps the address of the attribute, which must outlive it.
  explicit AttributeIndex(const Attribute& attribute);

  // Sets to 0 the items for which the condition does not hold. Throws a usage Error if the condition does
  // not suit the attribute's kind, and DeadlinePassed.
  void narrow(const Condition& condition, std::vector<uint8_t>& eligible,
              const Deadline& deadline = {}) const;
  // Adds what a person may not expect of the condition. Throws as narrow().
  void add_notes(const Condition& condition, std::vector<std::string>& notes) const;

 private:
  std::vector<uint8_t> values_that_hold(const TypedCondition& condition, const Deadline& deadline) const;
  // Positions in values_ of those that equal the i-th value of the condition, or hold it in a list.
  std::vector<uint32_t> equal_to(const TypedCondition& condition, size_t i) const;

  const Attribute& attribute_;
  std::vector<const AttributeValue*> values_;
  std::vector<uint32_t> value_of_;  // each item's, in values_
  // Positions in values_ by what they equal: the whole of a value (see key_of), and each value of a list.
  std::unordered_map<std::string, std::vector<uint32_t>> wholes_, parts_;
};

class ItemFilter {
 public:
  // Keeps the address of the items, which must outlive it.
  // `display` is the attribute that people know items by; "" for none.
  explicit ItemFilter(const Items& items, TextForm form_of_ids = TextForm::text,
                      const std::string& display = "");

  // As Recommender::find_item().
  std::optional<uint32_t> find(const std::string& id) const;

  // As Recommender::eligible_items().
  std::vector<uint8_t> eligible(const RecommendOptions& options) const;

  // As Recommender::notes().
  std::vector<std::string> notes(const std::vector<Condition>& conditions) const;

 private:
  const AttributeIndex& attribute(const std::string& name) const;

  // Conditions on the id compare as on numbers where all ids are whole numbers.
  void narrow_ids(const Condition& condition, std::vector<uint8_t>& eligible, const Deadline& deadline) const;

  const Items& items_;
  const TextForm form_of_ids_;
  Attribute ids_;  // without values
  std::vector<AttributeIndex> attributes_;
  std::unordered_map<std::string_view, uint32_t> by_id_;
  // By what people know them by; unknown_index where several items have it.
  std::unordered_map<std::string_view, uint32_t> by_display_;
};

}  // namespace shortlist
