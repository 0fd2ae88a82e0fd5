#include "shortlist/recommend/record_columns.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/base/error.h"
#include "shortlist/base/fields.h"

namespace shortlist {

std::vector<Column> to_columns(const Record& record, const std::vector<std::string>& names) {
  std::vector<Column> columns;
  for (const std::string& name : names) {
    Column& column = columns.emplace_back();
    column.rows = 1;
    const auto at = std::ranges::find(record, name, &std::pair<std::string, std::string>::first);
    column.texts.push_back(at == record.end() ? std::string_view() : std::string_view(at->second));
    if (at == record.end()) column.missing = {1};
  }
  return columns;
}

void check_columns(const Record& record, const std::vector<std::string>& known, const char* what) {
  for (const auto& [name, value] : record) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string near = nearest(name, known);
    throw usage_error("{}: the model has no column '{}'{} (columns: {})", what, name,
                      near.empty() ? "" : fmt::format("; did you mean '{}'?", near), fmt::join(known, ", "));
  }
}

}  // namespace shortlist
