// Explains which items of a query's histories count, for a bundle with towers: what changes without each.
#pragma once

#include <vector>

#include "shortlist/base/deadline.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/retrieval/explanation.h"

namespace shortlist {

struct Bundle;
class Session;

// Sets FeatureShare::history in the explanations of `items`, for the query in the first row of columns that
// match `features`, the features of the query. Embeds the query once without each distinct item of each
// history, so the shares are exact for any layers. Throws DeadlinePassed.
void explain_histories(const Bundle& bundle, const FeatureMap& features, Session& session,
                       const std::vector<Column>& query, const std::vector<uint32_t>& items,
                       const Deadline& deadline, std::vector<Explanation>& explanations);

}  // namespace shortlist
