// What a bundle keeps of its users' context: the values of the query's other columns that are the same in all
// of a user's training rows, such as a country. docs/bundle.md has the file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace shortlist {

struct Bundle;

constexpr const char* kUserContextFile = "user_context.json";

struct UserContext {
  static constexpr int32_t kNone = -1;
  struct ContextColumn {
    std::string name;
    std::vector<std::string> values;  // distinct
    std::vector<int32_t> users;       // for each user the position of its value in `values`, or kNone
  };
  std::vector<ContextColumn> columns;
};

// The file's content; "" without columns.
std::string user_context_json(const UserContext& context);
// Throws a data Error where the columns do not go with so many users.
UserContext parse_user_context(const std::string& text, const std::string& path, size_t users);

// The loaded bundle's context; empty where it has none. Throws as load_bundle(), and where another bundle has
// taken the folder since this one was loaded.
UserContext load_user_context(const Bundle& bundle);

}  // namespace shortlist
