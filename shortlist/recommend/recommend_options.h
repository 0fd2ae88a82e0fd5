// What a caller may ask of a list of recommendations, beside the query.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/deadline.h"
#include "shortlist/config/recommend_config.h"
#include "shortlist/recommend/condition.h"
#include "shortlist/recommend/unseen_counts.h"

namespace shortlist {

// Seconds that an answer took, stage by stage.
struct StageSeconds {
  double filter = 0, embed = 0, retrieve = 0, rank = 0;
};

struct RecommendOptions {
  int k = 10;
  int offset = 0;  // leave out so many of the list's first items: the next page of the same list
  // Candidates that the ranking orders, and the most that the list can have; at least offset + k. 0: as many
  // as it takes, in blocks of the config's recommend.candidates, so that an item's place in the list does not
  // depend on k.
  int retrieve = 0;
  // The place where the ranked candidates end: whole blocks of `block` candidates that offset + k reach into.
  size_t candidates(size_t block = RecommendConfig().candidates) const {
    const size_t end = static_cast<size_t>(offset) + static_cast<size_t>(k);
    return retrieve > 0 ? static_cast<size_t>(retrieve) : (end + block - 1) / block * block;
  }
  std::optional<std::vector<std::string>> allow;  // item ids: no others
  std::vector<std::string> exclude;               // item ids: not these
  std::vector<Condition> where;                   // all must hold
  // The same as `exclude`, for each query apart; empty, or one entry for each.
  std::vector<std::vector<std::string>> exclude_each;
  // Where the query tells its user: whether items stay that the user has in the training rows. Not set: as
  // the config says.
  std::optional<SeenPolicy> seen;
  // Not set, or ListOrder::chosen: as the bundle says. `blend` is the predicted label's share.
  std::optional<ListOrder> order;
  std::optional<double> blend;
  // Where given, set to whether retrieval found the best there are, for each query.
  bool* exact = nullptr;
  UnseenCounts* unseen = nullptr;   // set to those of the queries' columns where given
  StageSeconds* seconds = nullptr;  // added to where given
  Deadline deadline;                // when it passes, the call throws DeadlinePassed
};

}  // namespace shortlist
