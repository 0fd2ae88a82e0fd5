#include "shortlist/interactions/user_histories.h"

namespace shortlist {

UserHistories::UserHistories(const Interactions& interactions, bool labels, bool times) {
  offsets_.push_back(0);
  for (uint32_t user = 0; user < interactions.users(); ++user) {
    const Events events = interactions.of(user);
    for (size_t i = 0; i < events.size(); ++i) {
      if (!events.is_positive(i)) continue;
      items_.push_back(events.items[i]);
      if (labels && !events.labels.empty()) labels_.push_back(events.labels[i]);
      if (times && !events.times.empty()) times_.push_back(events.times[i]);
    }
    offsets_.push_back(items_.size());
  }
}

UserHistories::UserHistories(const UserRatings& ratings)
    : offsets_(ratings.offsets.begin(), ratings.offsets.end()),
      items_(ratings.items.begin(), ratings.items.end()),
      labels_(ratings.labels),
      times_(ratings.times) {}

QueryHistory UserHistories::of(uint32_t user) const {
  if (size_t{user} + 1 >= offsets_.size()) return {};
  const auto part = [&](const auto& values) {
    return values.empty() ? std::span(values)
                          : std::span(values).subspan(offsets_[user], offsets_[user + 1] - offsets_[user]);
  };
  return {part(items_), part(labels_), part(times_)};
}

}  // namespace shortlist
