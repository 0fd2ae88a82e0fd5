// What users took after an item: decayed counts of the steps in their sequences, as shares of the item.
#pragma once

#include "shortlist/learners/item_to_item.h"

namespace shortlist {

struct TransitionsSettings {
  static constexpr const char* kind = "transitions";
  static constexpr const char* help =
      "Recommends what users took after the latest items of the history: decayed counts of the steps in "
      "their sequences. Order the rows by data.time or by the split's times; else by the table's rows";
  int window = 5;
  double half_life = 1;
  int keep = 200;
  double shrink = 1;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("window", window,
          "Number of earlier items of a sequence that count for an item, and of a history for a query",
          Range::between(1, 10'000));
    visit("half_life", half_life, "Number of positions after which an earlier item counts half as much",
          Range::above(0));
    visit("keep", keep, "Number of next items that are kept for each item, the most frequent",
          Range::between(1, 1'000'000));
    visit("shrink", shrink,
          "Added to the sum of an item's counts before they become shares, so that rare items count less",
          Range::at_least(0));
  }

  std::unique_ptr<Learner> make_learner(const LearnerInput& input) const;
  static std::unique_ptr<Retriever> load(const StoredModel& stored) {
    return load_item_to_item(kind, stored);
  }
};

// The weights of the steps back: 1, then less.
std::vector<float> step_weights(const TransitionsSettings& settings);

// The weights from item to item. An item is not its own next one.
SparseMatrix transition_weights(const UserHistories& histories, size_t users, size_t items,
                                const TransitionsSettings& settings, ThreadPool& pool);

}  // namespace shortlist
