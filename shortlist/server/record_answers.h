// The engine's answers for records, of which some may hold lists where others hold texts. Such rows are asked
// one by one.
#pragma once

#include <optional>
#include <vector>

#include "shortlist/engine/recommender.h"
#include "shortlist/server/request_body.h"

namespace shortlist {

// As Recommender::recommend(). `options.exact` and `options.unseen`, where given, are those of all rows.
std::vector<std::vector<Recommendation>> recommend_rows(const Recommender& recommender,
                                                        const RecordColumns& queries,
                                                        const RecommendOptions& options);

// As Recommender::predict().
std::vector<std::vector<float>> predict_rows(const Recommender& recommender, const RecordColumns& queries,
                                             const RecordColumns& candidates,
                                             const std::vector<std::optional<uint32_t>>& items);

}  // namespace shortlist
