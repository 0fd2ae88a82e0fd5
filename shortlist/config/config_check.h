// Errors about the values of a config, with file and line.
#pragma once

#include <string>
#include <string_view>

#include "shortlist/config/config.h"

namespace shortlist {

// The value at a path such as "training.epochs", or the nearest enclosing one, to find its line.
const Value& value_at(const Value& root, std::string_view path);

// Throws a usage Error at the path unless the condition is true.
void require(bool condition, const Config& config, const std::string& path, const std::string& message);

}  // namespace shortlist
