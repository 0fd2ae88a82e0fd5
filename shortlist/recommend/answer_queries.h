// Answers queries with lists: retrieve, filter, rank, order.
#pragma once

#include <vector>

#include "shortlist/recommend/loaded_model.h"
#include "shortlist/recommend/recommend_options.h"
#include "shortlist/recommend/recommendation.h"

namespace shortlist {

// Returns a list for each row of the columns, which match model.query_columns. Same contract as
// Recommender::recommend().
std::vector<std::vector<Recommendation>> answer_queries(const LoadedModel& model,
                                                        const std::vector<Column>& queries,
                                                        const RecommendOptions& options);

// Allocates what `calls` concurrent calls need, and runs each once with a query of zeros.
void prepare_calls(const LoadedModel& model, size_t calls);

}  // namespace shortlist
