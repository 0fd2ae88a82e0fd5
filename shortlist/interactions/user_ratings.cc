#include "shortlist/interactions/user_ratings.h"

#include <algorithm>
#include <cmath>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

double mean_of(const Events& events) {
  double sum = 0;
  size_t count = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    if (!events.is_positive(i) || std::isnan(events.labels[i])) continue;
    sum += events.labels[i];
    ++count;
  }
  return sum / static_cast<double>(std::max<size_t>(1, count));
}

bool has_positive_event(const Interactions& interactions) {
  for (uint32_t user = 0; user < interactions.users(); ++user) {
    const Events events = interactions.of(user);
    for (size_t i = 0; i < events.size(); ++i)
      if (events.is_positive(i)) return true;
  }
  return false;
}

}  // namespace

std::span<const int32_t> UserRatings::items_of(uint32_t user) const {
  if (size_t{user} + 1 >= offsets.size()) return {};
  const auto begin = static_cast<size_t>(offsets[user]), end = static_cast<size_t>(offsets[user + 1]);
  return std::span(items).subspan(begin, end - begin);
}

std::vector<double> user_means(const Interactions& interactions) {
  std::vector<double> means;
  for (uint32_t user = 0; user < interactions.users(); ++user)
    means.push_back(interactions.has_labels() ? mean_of(interactions.of(user)) : 0);
  return means;
}

UserRatings user_ratings(const Interactions& interactions, const std::vector<std::string>& users) {
  UserRatings ratings;
  if (!has_positive_event(interactions)) return ratings;
  SHORTLIST_CHECK(users.size() == interactions.users());
  const bool rated = interactions.has_labels() && !interactions.has_positives();
  const std::vector<double> means = user_means(interactions);
  ratings.users = users;
  ratings.offsets.push_back(0);
  for (uint32_t user = 0; user < interactions.users(); ++user) {
    const Events events = interactions.of(user);
    for (size_t i = 0; i < events.size(); ++i) {
      if (!events.is_positive(i)) continue;
      ratings.items.push_back(static_cast<int32_t>(events.items[i]));
      if (rated)
        ratings.centred.push_back(
            std::isnan(events.labels[i]) ? 0 : static_cast<float>(events.labels[i] - means[user]));
    }
    ratings.offsets.push_back(static_cast<int64_t>(ratings.items.size()));
  }
  return ratings;
}

void add_history_parts(const Interactions& interactions, bool labels, bool times, UserRatings& ratings) {
  for (uint32_t user = 0; !ratings.offsets.empty() && user < interactions.users(); ++user) {
    const Events events = interactions.of(user);
    for (size_t i = 0; i < events.size(); ++i) {
      if (!events.is_positive(i)) continue;
      if (labels && !events.labels.empty()) ratings.labels.push_back(events.labels[i]);
      if (times && !events.times.empty()) ratings.times.push_back(events.times[i]);
    }
  }
}

SeenItems seen_items(const Interactions& interactions) {
  SeenItems seen{{0}, {}};
  for (uint32_t user = 0; user < interactions.users(); ++user) {
    const Events events = interactions.of(user);
    for (size_t i = 0; i < events.size(); ++i)
      if (events.is_positive(i)) seen.items.push_back(events.items[i]);
    seen.end_user();
  }
  return seen;
}

SeenItems seen_items(const UserRatings& ratings) {
  SeenItems seen{{0}, {}};
  for (size_t u = 0; u + 1 < ratings.offsets.size(); ++u) {
    for (auto i = static_cast<size_t>(ratings.offsets[u]); i < static_cast<size_t>(ratings.offsets[u + 1]);
         ++i)
      seen.items.push_back(static_cast<uint32_t>(ratings.items[i]));
    seen.end_user();
  }
  return seen;
}

}  // namespace shortlist
