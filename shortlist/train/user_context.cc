#include "shortlist/train/user_context.h"

#include <algorithm>
#include <unordered_map>

#include "shortlist/features/list_values.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/table/time_text.h"

namespace shortlist {
namespace {

// The code of each user's value in the training rows. Empty if a user has several values, or if no user has
// two rows.
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

// The code of each user's value in a column of the user table.
std::vector<uint32_t> codes_of_table(const CodedColumn& column, const CodedColumn& users) {
  std::vector<uint32_t> codes;
  for (uint32_t code = 0; code < users.distinct(); ++code) {
    if (is_no_value(users.values, code)) continue;
    const uint32_t value = column.codes[users.first_row[code]];
    codes.push_back(column.values.is_missing(value) ? unknown_index : value);
  }
  return codes;
}

// A value in the form in which a query contains it: one text.
std::string query_text(const CodedColumn& column, uint32_t code) {
  const Column& values = column.values;
  if (values.type == ColumnType::time) return time_text(values.numbers[code]);
  if (values.type != ColumnType::list) return column.text(code);
  if (values.elements->type != ColumnType::text) return "[" + column.text(code) + "]";
  const auto begin = values.elements->texts.begin();
  return bracketed_list({begin + values.offsets[code], begin + values.offsets[code + 1]});
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
    if (fresh) context.values.push_back(query_text(column, code));
    context.users.push_back(at->second);
  }
  return context;
}

}  // namespace

UserContext find_user_context(const DataColumns& columns, const std::vector<std::string>& names,
                              const std::string& user, const Dataset& data) {
  UserContext context;
  for (const std::string& name : names) {
    if (name == user) continue;
    const CodedColumn& column = columns.find(name);
    std::vector<uint32_t> codes;
    if (!columns.origin(name).side_table.empty()) {
      codes = codes_of_table(column, columns.find(user));
    } else if (column.values.type != ColumnType::list) {
      codes = codes_by_user(column, data);
    }
    if (!codes.empty()) context.columns.push_back(context_column(column, codes));
  }
  return context;
}

}  // namespace shortlist
