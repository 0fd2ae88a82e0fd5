#include "shortlist/engine/user_context.h"

#include <algorithm>
#include <unordered_map>

#include "shortlist/bundle/user_context.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/table/coded_column.h"

namespace shortlist {
namespace {

// The query's columns besides the user's. A list is no value that a query could be given as one text.
std::vector<ColumnRequest> context_requests(const Config& config, const FeatureMap& query,
                                            const Table& table) {
  std::vector<ColumnRequest> requests = query.requests();
  std::erase_if(requests, [&](const ColumnRequest& request) {
    return request.name == config.data.user ||
           table.columns()[table.column(request.name)].type == ColumnType::list;
  });
  return requests;
}

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

std::vector<ExtraFile> user_context_files(const Config& config, const PreparedData& prepared,
                                          const Table& table) {
  const Dataset& data = prepared.data;
  if (!config.query_tells_user() || data.users.empty()) return {};
  const FeatureMap query = prepared.features.select(config.query.features);
  const std::vector<ColumnRequest> requests = context_requests(config, query, table);
  if (requests.empty()) return {};
  UserContext context;
  for (const CodedColumn& column : code_columns(table, requests)) {
    if (column.codes.size() != data.rows) return {};  // the table has changed meanwhile
    const std::vector<uint32_t> codes = codes_by_user(column, data);
    if (!codes.empty()) context.columns.push_back(context_column(column, codes));
  }
  const std::string content = user_context_json(context);
  if (content.empty()) return {};
  return {{kUserContextFile, content}};
}

}  // namespace shortlist
