// The file of a bundle that keeps its users' context. docs/reference/bundle.md has it.
#pragma once

#include <string>

#include "shortlist/model/items.h"

namespace shortlist {

constexpr const char* kUserContextFile = "user_context.json";

// The file's content; "" without columns.
std::string user_context_json(const UserContext& context);
// Throws a data Error where the columns do not go with so many users.
UserContext parse_user_context(const std::string& text, const std::string& path, size_t users);

}  // namespace shortlist
