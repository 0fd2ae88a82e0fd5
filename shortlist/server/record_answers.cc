#include "shortlist/server/record_answers.h"

namespace shortlist {
namespace {

void add_counts(const UnseenCounts& more, UnseenCounts& counts) {
  if (counts.empty()) {
    counts = more;
    return;
  }
  for (size_t c = 0; c < counts.size(); ++c) counts[c].second += more[c].second;
}

}  // namespace

std::vector<std::vector<Recommendation>> recommend_rows(const Recommender& recommender,
                                                        const RecordColumns& queries,
                                                        const RecommendOptions& options) {
  if (!queries.is_mixed()) return recommender.recommend(queries.columns(), options);
  std::vector<std::vector<Recommendation>> answers;
  bool exact = true, row_exact = true;
  UnseenCounts unseen, row_unseen;
  RecommendOptions row_options = options;
  row_options.exact = &row_exact;
  row_options.unseen = &row_unseen;
  for (size_t row = 0; row < queries.rows(); ++row) {
    answers.push_back(recommender.recommend(queries.row(row), row_options).front());
    exact = exact && row_exact;
    add_counts(row_unseen, unseen);
  }
  if (options.exact != nullptr) *options.exact = exact;
  if (options.unseen != nullptr) *options.unseen = unseen;
  return answers;
}

std::vector<std::vector<float>> predict_rows(const Recommender& recommender, const RecordColumns& queries,
                                             const RecordColumns& candidates,
                                             const std::vector<std::optional<uint32_t>>& items) {
  if (!queries.is_mixed() && !candidates.is_mixed())
    return recommender.predict(queries.columns(), candidates.columns(), items);
  std::vector<std::vector<float>> predictions;
  size_t next = 0;
  for (size_t row = 0; row < items.size(); ++row) {
    const std::vector<Column> candidate = items[row] ? std::vector<Column>() : candidates.row(next++);
    predictions.push_back(recommender.predict(queries.row(row), candidate, {items[row]}).front());
  }
  return predictions;
}

}  // namespace shortlist
