// Which items a request leaves in. Conditions are looked at once for each distinct value of an attribute, not
// for each item.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shortlist/engine/recommender.h"
#include "shortlist/model/items.h"

namespace shortlist {

// An attribute's values, each distinct one once.
class AttributeIndex {
 public:
  // Looks at the texts as long as it lives.
  explicit AttributeIndex(const std::vector<std::string>& texts);

  // Sets to 0 the items of which the condition does not hold. Throws DeadlinePassed.
  void narrow(const Condition& condition, std::vector<uint8_t>& eligible,
              const Deadline& deadline = {}) const;

 private:
  std::vector<uint8_t> values_that_hold(const Condition& condition, const Deadline& deadline) const;

  std::vector<std::string_view> values_;
  std::vector<double> numbers_;     // of values_; NaN where one is no number
  std::vector<uint32_t> value_of_;  // each item's, in values_
  // Positions in values_ of those that are a text, or hold it between commas.
  std::unordered_map<std::string_view, std::vector<uint32_t>> holding_;
};

class ItemFilter {
 public:
  // Looks at the items as long as it lives.
  explicit ItemFilter(const Items& items);

  // As Recommender::find_item().
  std::optional<uint32_t> find(const std::string& id) const;

  // As Recommender::eligible_items().
  std::vector<uint8_t> eligible(const RecommendOptions& options) const;

 private:
  const AttributeIndex& attribute(const std::string& name) const;

  const Items& items_;
  std::vector<AttributeIndex> attributes_;
  std::unordered_map<std::string_view, uint32_t> by_id_;
};

}  // namespace shortlist
