// The bundle file with the users' context, as documented in docs/reference/bundle.md.
#pragma once

#include <string>

#include "shortlist/model/items.h"

namespace shortlist {

constexpr const char* kUserContextFile = "user_context.json";

// The file's content, or "" if there are no columns.
std::string user_context_json(const UserContext& context);
// Throws a data Error if the columns do not match the number of users.
UserContext parse_user_context(const std::string& text, const std::string& path, size_t users);

}  // namespace shortlist
