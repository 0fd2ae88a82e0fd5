#include "shortlist/jobs/query_blocks.h"

#include "shortlist/metrics/observations.h"
#include "shortlist/train/evaluator.h"

namespace shortlist {

QueryBlocks::QueryBlocks(const Retriever& retriever, const Towers* towers, const Dataset& data,
                         ThreadPool& pool)
    : retriever_(retriever), towers_(towers), data_(data), pool_(pool) {
  if (towers != nullptr)
    plan_.emplace(towers->spec, *towers->parameters,
                  PlanOptions{.outputs = tower_outputs(towers->spec, kQueryRows)});
  if (retriever.reads_users() && data.histories.empty())
    own_ = UserHistories(data.interactions, retriever.reads_labels(), retriever.reads_times());
}

const QueryBatch& QueryBlocks::of(std::span<const uint32_t> queries) {
  batch_ = {.rows = queries.size(), .features = &data_.queries, .feature_rows = queries};
  if (towers_ != nullptr) {
    const size_t width = towers_->query_width();
    vectors_.reserve(queries.size() * width);
    const Matrix vectors = vectors_.view(queries.size(), width);
    run_tower(pool_, *plan_, towers_->spec, kQueryRows, data_.queries, queries, vectors, &ranked_);
    batch_.vectors = vectors;
  }
  if (!retriever_.reads_users()) return batch_;
  users_.clear();
  histories_.clear();
  const UserHistories& histories = data_.histories.empty() ? own_ : data_.histories;
  for (uint32_t query : queries) {
    users_.push_back(data_.user_of_query.empty() ? unknown_index : data_.user_of_query[query]);
    histories_.push_back(histories.of(users_.back()));
  }
  batch_.users = users_;
  batch_.histories = histories_;
  return batch_;
}

}  // namespace shortlist
