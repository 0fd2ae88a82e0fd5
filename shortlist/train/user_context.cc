#include "shortlist/train/user_context.h"

#include <algorithm>
#include <unordered_map>

#include "shortlist/metrics/observations.h"

namespace shortlist {
namespace {

// The code of each user's value in the training rows; empty where a user has several, or none has two rows.
std::vector<uint32_t> codes_by_user(const CodedColumn& column, const Dataset& data) {
  std::vector<uint32_t> codes(data.users.size(), unknown_index);
  bool repeated = false;
  for (uint32_t row : data.split.train) {
    const uint32_t user = data.user_of_row[row], code = column.codes[row];
    if (user >= codes.size() || column.values.is_missing(code)) continue;
    if (codes[user] == unknown_index) {
      codes[user] = code;
      continue;
    }
    if (codes[user] != code) return {};
    repeated = true;
  }
  return repeated ? codes : std::vector<uint32_t>();
}

UserContext::ContextColumn context_column(const CodedColumn& column, const std::vector<uint32_t>& codes) {
  UserContext::ContextColumn context{.name = column.name, .values = {}, .users = {}};
  std::unordered_map<uint32_t, int32_t> places;
  for (uint32_t code : codes) {
    if (code == unknown_index) {
      context.users.push_back(UserContext::kNone);
      continue;
    }
    const auto [at, fresh] = places.emplace(code, static_cast<int32_t>(context.values.size()));
    if (fresh) context.values.push_back(column.text(code));
    context.users.push_back(at->second);
  }
  return context;
}

}  // namespace

UserContext find_user_context(const std::vector<CodedColumn>& columns, const std::vector<std::string>& names,
                              const std::string& user, const Dataset& data) {
  UserContext context;
  for (const std::string& name : names) {
    const CodedColumn& column = *std::ranges::find(columns, name, &CodedColumn::name);
    // A list is no value that a query could be given as one text.
    if (name == user || column.values.type == ColumnType::list) continue;
    const std::vector<uint32_t> codes = codes_by_user(column, data);
    if (!codes.empty()) context.columns.push_back(context_column(column, codes));
  }
  return context;
}

}  // namespace shortlist
