#include "shortlist/bundle/user_context.h"

#include <nlohmann/json.hpp>

#include "shortlist/io/json.h"

namespace shortlist {
namespace {

using nlohmann::json;

void check_column(const UserContext::ContextColumn& column, size_t users) {
  if (column.users.size() != users) {
    throw data_error("column '{}' has values of {} users, need {}", column.name, column.users.size(), users);
  }
  for (int32_t value : column.users) {
    if (value < UserContext::kNone || value >= static_cast<int64_t>(column.values.size()))
      throw data_error("column '{}': got value {}, need -1 to {}", column.name, value,
                       static_cast<int64_t>(column.values.size()) - 1);
  }
}

}  // namespace

std::string user_context_json(const UserContext& context) {
  if (context.columns.empty()) return "";
  json columns = json::array();
  for (const auto& column : context.columns)
    columns.push_back({{"name", column.name}, {"values", column.values}, {"users", column.users}});
  return dump_json_line({{"columns", columns}}) + "\n";
}

UserContext parse_user_context(const std::string& text, const std::string& path, size_t users) {
  UserContext context;
  const json from = parse_json(text, path);
  for (const json& column : from.at("columns")) {
    context.columns.push_back({column.at("name"), column.at("values"), column.at("users")});
    check_column(context.columns.back(), users);
  }
  return context;
}

}  // namespace shortlist
