// Examples for the API's description, made from the model's own columns, values and items, so that they can
// be sent unchanged.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "shortlist/server/limits.h"
#include "shortlist/server/model.h"

namespace shortlist {

// A body for a request schema such as "RecommendRequest". Null for a schema without an example.
nlohmann::json example_body(const std::string& schema, const ServedModel& model, const Limits& limits);

// A value for a path parameter: "id", "model", "version" or "column".
nlohmann::json example_parameter(const std::string& name, const ServedModel& model);

// The problem returned for an item that does not exist.
nlohmann::json example_problem(const ServedModel& model);

}  // namespace shortlist
