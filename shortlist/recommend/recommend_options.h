// Options of a request for recommendations, in addition to the query.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/deadline.h"
#include "shortlist/config/recommend_config.h"
#include "shortlist/recommend/condition.h"
#include "shortlist/recommend/unseen_counts.h"

namespace shortlist {

// The seconds that each stage of an answer took.
struct StageSeconds {
  double filter = 0, embed = 0, retrieve = 0, rank = 0;
};

struct RecommendOptions {
  int k = 10;
  int offset = 0;  // number of items to skip at the start of the list, for further pages of the same list
  // Number of candidates to rank, which limits the list's length; at least offset + k. 0 means as many as
  // needed, in blocks of the config's recommend.candidates, so that an item's position does not depend on k.
  int retrieve = 0;
  // The number of ranked candidates: whole blocks of `block` candidates that cover offset + k.
  size_t candidates(size_t block = RecommendConfig().candidates) const {
    const size_t end = static_cast<size_t>(offset) + static_cast<size_t>(k);
    return retrieve > 0 ? static_cast<size_t>(retrieve) : (end + block - 1) / block * block;
  }
  std::optional<std::vector<std::string>> allow;  // only items with these ids
  std::vector<std::string> exclude;               // no items with these ids
  std::vector<Condition> where;                   // all conditions must be true
  // Like `exclude`, for each query separately. Empty, or one entry per query.
  std::vector<std::vector<std::string>> exclude_each;
  // If queries contain the user: whether to keep items that the user has in the training rows. If not set,
  // the config decides.
  std::optional<SeenPolicy> seen;
  // If not set, or ListOrder::chosen, the bundle decides. `blend` is the weight of the predicted label.
  std::optional<ListOrder> order;
  std::optional<double> blend;
  // If given, is set to whether retrieval was exact for all queries.
  bool* exact = nullptr;
  UnseenCounts* unseen = nullptr;   // if given, is set to those of the queries' columns
  StageSeconds* seconds = nullptr;  // if given, the times are added to it
  Deadline deadline;                // the call throws DeadlinePassed once it has passed
};

}  // namespace shortlist
