// Predicts the labels of (query, candidate) pairs. Candidates are catalogue items or new ones.
#pragma once

#include <optional>
#include <vector>

#include "shortlist/recommend/loaded_model.h"
#include "shortlist/recommend/record.h"
#include "shortlist/recommend/unseen_counts.h"

namespace shortlist {

// Returns [label]. A candidate given only by the id of a catalogue item is item `item`; any other is embedded
// from its own columns.
std::vector<float> predict_pair(const LoadedModel& model, const std::vector<Column>& query,
                                const Record& candidate, std::optional<uint32_t> item);

// Returns [row][label]. Same contract as Recommender::predict().
std::vector<std::vector<float>> predict_pairs(const LoadedModel& model, const std::vector<Column>& queries,
                                              const std::vector<Column>& candidates,
                                              UnseenCounts* unseen = nullptr);
std::vector<std::vector<float>> predict_pairs(const LoadedModel& model, const std::vector<Column>& queries,
                                              const std::vector<Column>& candidates,
                                              const std::vector<std::optional<uint32_t>>& items);

// Throws a usage Error if the model predicts no labels.
void check_predicts(const LoadedModel& model);

// Tower outputs, one row per query or candidate. Throw a usage Error for a model without towers.
std::vector<std::vector<float>> embed_queries(const LoadedModel& model, const std::vector<Column>& queries,
                                              UnseenCounts* unseen);
std::vector<std::vector<float>> embed_candidates(const LoadedModel& model,
                                                 const std::vector<Column>& candidates);

}  // namespace shortlist
