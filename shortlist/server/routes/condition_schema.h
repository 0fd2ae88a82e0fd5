// JSON schemas of the conditions that a request's filter may contain, for a model's attributes.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "shortlist/recommend/recommender.h"

namespace shortlist {

// A condition as one text: "year>=1990". Numbers and times are compared only with values of their kind.
nlohmann::json condition_text_schema(const Recommender& recommender);

// The same condition as an object of attribute, comparison and value.
nlohmann::json condition_object_schema(const Recommender& recommender);

}  // namespace shortlist
