// Predicts the labels of queries with candidates, known items or new ones.
#pragma once

#include <optional>
#include <vector>

#include "shortlist/recommend/loaded_model.h"
#include "shortlist/recommend/record.h"
#include "shortlist/recommend/unseen_counts.h"

namespace shortlist {

// [label]. A candidate that is known by its id alone is item `item`; another is embedded from its own
// columns.
std::vector<float> predict_pair(const LoadedModel& model, const Record& query, const Record& candidate,
                                std::optional<uint32_t> item);

// [row][label]; as Recommender::predict().
std::vector<std::vector<float>> predict_pairs(const LoadedModel& model, const std::vector<Column>& queries,
                                              const std::vector<Column>& candidates,
                                              UnseenCounts* unseen = nullptr);
std::vector<std::vector<float>> predict_pairs(const LoadedModel& model, const std::vector<Column>& queries,
                                              const std::vector<Column>& candidates,
                                              const std::vector<std::optional<uint32_t>>& items);

// Throws a usage Error for a model that predicts nothing.
void check_predicts(const LoadedModel& model);

// Tower outputs, a row each. Throw a usage Error for a model without towers.
std::vector<std::vector<float>> embed_queries(const LoadedModel& model, const std::vector<Column>& queries,
                                              UnseenCounts* unseen);
std::vector<std::vector<float>> embed_candidates(const LoadedModel& model,
                                                 const std::vector<Column>& candidates);

}  // namespace shortlist
