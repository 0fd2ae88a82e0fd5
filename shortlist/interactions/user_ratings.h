// Each user's items and ratings, as saved in a bundle for item similarity and for seen items.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "shortlist/interactions/interactions.h"
#include "shortlist/metrics/seen_items.h"

namespace shortlist {

// The items of each user in the training rows. Ratings are centred on the user's mean, for cosine similarity.
// Empty without a user column.
struct UserRatings {
  std::vector<int64_t> offsets;  // entries of user u: [offsets[u], offsets[u + 1])
  std::vector<int32_t> items;
  std::vector<float> centred;      // empty without a label
  std::vector<std::string> users;  // user ids; empty in bundles of older versions
  // The label and the time of each entry, if the model answers from them. Else empty.
  std::vector<float> labels = {};
  std::vector<double> times = {};

  // The items of a user, oldest first if the times are known; none for an unknown user.
  std::span<const int32_t> items_of(uint32_t user) const;
};

// Uses only the positive events. Ratings are empty if some events are not positive, since positive events
// alone are not comparable with ratings.
UserRatings user_ratings(const Interactions& interactions, const std::vector<std::string>& users);

// Adds the labels and times of the entries that user_ratings() made of the same interactions.
void add_history_parts(const Interactions& interactions, bool labels, bool times, UserRatings& ratings);

// The mean label of each user's positive events; 0 for a user without any.
std::vector<double> user_means(const Interactions& interactions);

// The items of each user's positive events.
SeenItems seen_items(const Interactions& interactions);
SeenItems seen_items(const UserRatings& ratings);

}  // namespace shortlist
