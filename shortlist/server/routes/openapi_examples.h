// Examples for the API's description, made of the model's own columns, values and items, so that they can be
// sent as they are.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "shortlist/server/limits.h"
#include "shortlist/server/model.h"

namespace shortlist {

// A body for a request's schema, such as "RecommendRequest"; null for a schema without an example.
nlohmann::json example_body(const std::string& schema, const ServedModel& model, const Limits& limits);

// A value for a parameter of a path: "id", "model", "version" or "column".
nlohmann::json example_parameter(const std::string& name, const ServedModel& model);

// A problem, as a request for an item that is not there gets it.
nlohmann::json example_problem(const ServedModel& model);

}  // namespace shortlist
