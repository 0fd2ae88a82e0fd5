// What each user took and how it was rated, as a bundle keeps it for the similarity of items and for what
// users have seen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shortlist/interactions/interactions.h"
#include "shortlist/metrics/seen_items.h"

namespace shortlist {

// The items of each user in the training rows, with the ratings as they are for cosine similarity: the user's
// mean taken off. Empty without a user column.
struct UserRatings {
  std::vector<int64_t> offsets;  // user u has the entries [offsets[u], offsets[u + 1])
  std::vector<int32_t> items;
  std::vector<float> centred;      // empty without a label
  std::vector<std::string> users;  // their ids; empty where an older program wrote the bundle
};

// Of the positive events. There are no ratings where some events are not positive: those alone have nothing
// in common with ratings.
UserRatings user_ratings(const Interactions& interactions, const std::vector<std::string>& users);

// The mean label of each user's positive events; 0 for a user without any.
std::vector<double> user_means(const Interactions& interactions);

// The items of each user's positive events.
SeenItems seen_items(const Interactions& interactions);
SeenItems seen_items(const UserRatings& ratings);

}  // namespace shortlist
