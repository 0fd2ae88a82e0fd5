// Golden requests: some queries with the answers that the model gave when it was trained. Who loads a bundle
// asks them again, and serves it only when the answers are the same, bit for bit.
#pragma once

#include <string>

#include "shortlist/recommend/recommender.h"

namespace shortlist {

// Makes queries from the values that the features know and answers them with the bundle. Returns what goes
// into it as golden.json: {"fused": whether products round once, "requests": [{"query", "k", "retrieve",
// "answer":
// [{"id", "score", "predictions"}]}]}.
std::string golden_requests(Bundle bundle);

// Asks the bundle's own golden requests and returns how many there are. Throws a data Error that says which
// answer differs. On a processor whose products round otherwise than where the bundle was made, answers may
// differ in their last bits.
size_t check_golden_requests(const Recommender& recommender);

}  // namespace shortlist
