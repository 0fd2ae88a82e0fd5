// Golden requests: queries together with the model's answers at training time. A server that loads a bundle
// repeats them and serves the bundle only if the answers are the same, bit for bit.
#pragma once

#include <string>

#include "shortlist/recommend/recommender.h"

namespace shortlist {

// Generates queries from the values that the features know and answers them with the bundle. Returns the
// content of golden.json: {"fused": whether products round once, "requests": [{"query", "k", "retrieve",
// "answer": [{"id", "score", "predictions"}]}]}.
std::string golden_requests(Bundle bundle);

// Repeats the bundle's golden requests and returns their number. Throws a data Error that says which answer
// differs. On a processor that rounds products differently from the one that made the bundle, answers may
// differ in their last bits.
size_t check_golden_requests(const Recommender& recommender);

}  // namespace shortlist
