// Answers queries with lists: retrieve, leave out, rank, order.
#pragma once

#include <vector>

#include "shortlist/recommend/loaded_model.h"
#include "shortlist/recommend/recommend_options.h"
#include "shortlist/recommend/recommendation.h"

namespace shortlist {

// A list for each row of the columns, which go with model.query_columns. As Recommender::recommend().
std::vector<std::vector<Recommendation>> answer_queries(const LoadedModel& model,
                                                        const std::vector<Column>& queries,
                                                        const RecommendOptions& options);

// Makes what so many calls at once work with, and asks each once, with a query of zeros.
void prepare_calls(const LoadedModel& model, size_t calls);

}  // namespace shortlist
