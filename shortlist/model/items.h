// A model's data about items, labels and users, in addition to its parameters.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/interactions/user_ratings.h"
#include "shortlist/losses/label_scale.h"
#include "shortlist/model/attribute.h"

namespace shortlist {

// The catalogue in readable form.
struct Items {
  std::string id_column;
  std::vector<std::string> ids;       // distinct and ascending: by number if all are integers, else by bytes
  std::vector<Attribute> attributes;  // each with one value per item

  // The position of the attribute with this name, or none.
  std::optional<size_t> find_attribute(const std::string& name) const {
    const auto at = std::ranges::find(attributes, name, &Attribute::name);
    if (name.empty() || at == attributes.end()) return std::nullopt;
    return static_cast<size_t>(at - attributes.begin());
  }
};

// Statistics of a label in the training rows.
struct LabelRange {
  std::string label;
  double least = 0, most = 0, mean = 0;
  LabelScale scale;  // the scale on which the model is trained
};

// Known facts about users: the values of those other columns of the query that are constant over all of a
// user's training rows, such as a country.
struct UserContext {
  static constexpr int32_t kNone = -1;
  struct ContextColumn {
    std::string name;
    std::vector<std::string> values;  // distinct
    std::vector<int32_t> users;       // per user: index in `values`, or kNone
  };
  std::vector<ContextColumn> columns;
};

}  // namespace shortlist
