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
    if (context.is_history(c)) {
      const bool is_known = context.has_value(columns, c, 0);
      if (!is_known && context.is_of_retriever(c)) {
        notes.push_back(
            fmt::format("{} is not given and the user is new: popular items are recommended", name));
      } else if (!is_known) {
        notes.push_back(fmt::format("{} is not given: the user is new, without earlier items", name));
      }
      continue;
    }
    const std::optional<std::string> value = context.value(columns, c, 0);
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
        gap.gets_popular
            ? fmt::format("{} is not given and the user is new{}, so popular items are recommended",
                          gap.column, where)
            : fmt::format("{} is not given{}, so the model treats it as missing", gap.column, where));
  }
  return warnings;
}

}  // namespace shortlist
