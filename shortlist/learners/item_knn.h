// Item-based nearest neighbours: an item's score is the sum of its similarities to the items of the history.
// The similarities are those of Sarwar et al. 2001 (cosine), and of the library implicit (tfidf, bm25).
#pragma once

#include "shortlist/learners/item_to_item.h"

namespace shortlist {

enum class ItemSimilarity { cosine, tfidf, bm25, jaccard };
template <>
struct EnumNames<ItemSimilarity> {
  static constexpr std::pair<ItemSimilarity, std::string_view> names[] = {
      {ItemSimilarity::cosine, "cosine"},
      {ItemSimilarity::tfidf, "tfidf"},
      {ItemSimilarity::bm25, "bm25"},
      {ItemSimilarity::jaccard, "jaccard"}};
};

struct ItemKnnSettings {
  static constexpr const char* kind = "item_knn";
  static constexpr const char* help =
      "Recommends what is similar to the items of the user's history: items are similar if the same users "
      "took them";
  ItemSimilarity similarity = ItemSimilarity::cosine;
  int neighbours = 100;
  double shrink = 0;
  bool weighted = false;
  double k1 = 1.2;
  double b = 0.75;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("similarity", similarity,
          "cosine of the items' columns of users; tfidf, where users with few items count more; bm25, where "
          "also frequent items count less; jaccard, the users of both items among those of either");
    visit("neighbours", neighbours, "Number of similar items that are kept for each item",
          Range::between(1, 1'000'000));
    visit("shrink", shrink,
          "Added to the denominator of the similarity, so that items with few common users are less similar",
          Range::at_least(0));
    visit("weighted", weighted,
          "Whether a user's rows with an item count by their weights (data.weight), added up. If not, a user "
          "has an item or does not.");
    visit("k1", k1, "bm25: how much repeated rows count", Range::at_least(0));
    visit("b", b, "bm25: how much the number of an item's rows is normalised, from 0 to 1",
          Range::between(0, 1));
  }

  std::unique_ptr<Learner> make_learner(const LearnerInput& input) const;
  static std::unique_ptr<Retriever> load(const StoredModel& stored) {
    return load_item_to_item(kind, stored);
  }
};

// The most similar items of each item, without itself, of the matrix [users, items].
SparseMatrix similar_items(const SparseMatrix& users, const ItemKnnSettings& settings, ThreadPool& pool,
                           const std::atomic<bool>& stop);

}  // namespace shortlist
