#include "shortlist/learners/transitions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/math/top_k.h"

namespace shortlist {
namespace {

constexpr size_t kItemsATask = 16;

// An item's place in a sequence.
struct Place {
  uint32_t user, position;
};

// The places of each item, by user and position.
struct Places {
  std::vector<size_t> offsets;
  std::vector<Place> places;

  Places(const UserHistories& histories, size_t users, size_t items) : offsets(items + 1) {
    for (uint32_t u = 0; u < users; ++u)
      for (uint32_t item : histories.of(u).items) ++offsets[item + 1];
    std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
    places.resize(offsets.back());
    std::vector<size_t> next(offsets.begin(), offsets.end() - 1);
    for (uint32_t u = 0; u < users; ++u) {
      const QueryHistory history = histories.of(u);
      for (uint32_t p = 0; p < history.size(); ++p) places[next[history.items[p]]++] = {u, p};
    }
  }
};

// The most frequent next items of `item`, as shares of all.
std::vector<Scored> next_items(const UserHistories& histories, std::span<const Place> places, uint32_t item,
                               std::span<const float> steps, const TransitionsSettings& settings,
                               std::vector<double>& counts) {
  std::vector<uint32_t> found;
  double all = settings.shrink;
  for (const Place& place : places) {
    const QueryHistory history = histories.of(place.user);
    for (size_t step = 0; step < steps.size() && place.position + 1 + step < history.size(); ++step) {
      const uint32_t next = history.items[place.position + 1 + step];
      if (next == item || steps[step] == 0) continue;
      if (counts[next] == 0) found.push_back(next);
      counts[next] += steps[step];
      all += steps[step];
    }
  }
  TopK best(static_cast<size_t>(settings.keep));
  for (uint32_t next : found) {
    best.push({next, static_cast<float>(counts[next] / all)});
    counts[next] = 0;
  }
  std::vector<Scored> kept = best.take();
  std::ranges::sort(kept, {}, &Scored::index);
  return kept;
}

class TransitionsLearner final : public ItemToItemLearner {
 public:
  TransitionsLearner(const LearnerInput& input, const TransitionsSettings& settings)
      : ItemToItemLearner(input, TransitionsSettings::kind), settings_(settings) {}

  std::vector<std::string> warnings() const override {
    if (input().prepared.data.interactions.has_times()) return {};
    return {
        "\"transitions\" takes the rows of a user in the order of the table; set data.time to the column "
        "with their times"};
  }

 protected:
  ItemToItem learn(const SparseMatrix& users, const std::atomic<bool>&) override {
    const UserHistories histories(input().prepared.data.interactions, false, false);
    return {.sparse = transition_weights(histories, users.rows(), users.cols, settings_, input().pool),
            .recency = step_weights(settings_)};
  }

 private:
  const TransitionsSettings settings_;
};

}  // namespace

std::vector<float> step_weights(const TransitionsSettings& settings) {
  std::vector<float> weights;
  for (int step = 0; step < settings.window; ++step)
    weights.push_back(static_cast<float>(std::exp2(-step / settings.half_life)));
  return weights;
}

SparseMatrix transition_weights(const UserHistories& histories, size_t users, size_t items,
                                const TransitionsSettings& settings, ThreadPool& pool) {
  const Places places(histories, users, items);
  const std::vector<float> steps = step_weights(settings);
  std::vector<std::vector<Scored>> next(items);
  std::vector<std::vector<double>> of_worker(static_cast<size_t>(pool.threads()));
  pool.run(chunk_count(items, kItemsATask), [&](size_t task, int worker) {
    std::vector<double>& counts = of_worker[static_cast<size_t>(worker)];
    counts.resize(items);
    const RowRange range = chunk_rows(items, kItemsATask, task);
    for (size_t item = range.begin; item < range.end; ++item) {
      const auto own = std::span(places.places)
                           .subspan(places.offsets[item], places.offsets[item + 1] - places.offsets[item]);
      next[item] = next_items(histories, own, static_cast<uint32_t>(item), steps, settings, counts);
    }
  });
  SparseMatrix weights{.cols = items};
  for (const std::vector<Scored>& of_item : next) weights.add_row(of_item);
  return weights;
}

std::unique_ptr<Learner> TransitionsSettings::make_learner(const LearnerInput& input) const {
  return std::make_unique<TransitionsLearner>(input, *this);
}

}  // namespace shortlist
