// What a catalogue holds beside its numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shortlist/interactions/user_ratings.h"
#include "shortlist/losses/label_scale.h"
#include "shortlist/model/attribute.h"

namespace shortlist {

// The catalogue as people see it.
struct Items {
  std::string id_column;
  std::vector<std::string>
      ids;  // distinct, in ascending order: of numbers if all are integers, else of bytes
  std::vector<Attribute> attributes;  // each with a value for each item
};

// What the training rows hold of a label.
struct LabelRange {
  std::string label;
  double least = 0, most = 0, mean = 0;
  LabelScale scale;  // on which the model is trained
};

// What is known of users: the values of the query's other columns that are the same in all of a user's
// training rows, such as a country.
struct UserContext {
  static constexpr int32_t kNone = -1;
  struct ContextColumn {
    std::string name;
    std::vector<std::string> values;  // distinct
    std::vector<int32_t> users;       // for each user the position of its value in `values`, or kNone
  };
  std::vector<ContextColumn> columns;
};

}  // namespace shortlist
