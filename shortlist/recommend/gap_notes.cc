#include "shortlist/recommend/gap_notes.h"

#include "shortlist/base/value.h"

namespace shortlist {

std::vector<std::string> notes_on_gaps(const Recommender& recommender, const Record& query) {
  const QueryContext& context = recommender.query_context();
  const std::vector<Column> columns = recommender.to_query(query);
  std::vector<std::string> notes;
  for (size_t c = 0; c < columns.size(); ++c) {
    if (!columns[c].is_missing(0) || !context.is_read(c)) continue;
    const std::string& name = recommender.query_columns()[c];
    const std::optional<std::string> value = context.value(columns, c, 0);
    if (context.is_history(c)) {
      if (!value)
        notes.push_back(fmt::format("{} is not given: the user is new, without earlier items", name));
      continue;
    }
    notes.push_back(!value ? fmt::format("{} is not given, so the model treats it as missing", name)
                           : fmt::format("{} is not given: using {}, the user's value in the training data",
                                         name, quote_value(*value)));
  }
  return notes;
}

std::vector<std::string> warnings_of_gaps(const std::vector<ColumnGaps>& gaps, size_t queries) {
  std::vector<std::string> warnings;
  for (const ColumnGaps& gap : gaps) {
    if (gap.missing == 0) continue;
    const std::string where = queries == 1 ? "" : fmt::format(" in {} of {} queries", gap.missing, queries);
    warnings.push_back(
        fmt::format("{} is not given{}, so the model treats it as missing", gap.column, where));
  }
  return warnings;
}

}  // namespace shortlist
