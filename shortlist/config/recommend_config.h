// The contents and the order of the list that is returned for a query.
#pragma once

#include <utility>

#include "shortlist/base/fields.h"

namespace shortlist {

enum class SeenPolicy { drop, keep };
template <>
struct EnumNames<SeenPolicy> {
  static constexpr std::pair<SeenPolicy, std::string_view> names[] = {{SeenPolicy::drop, "drop"},
                                                                      {SeenPolicy::keep, "keep"}};
};

enum class ListOrder { chosen, score, predicted, blend };
template <>
struct EnumNames<ListOrder> {
  static constexpr std::pair<ListOrder, std::string_view> names[] = {{ListOrder::chosen, "auto"},
                                                                     {ListOrder::score, "score"},
                                                                     {ListOrder::predicted, "predicted"},
                                                                     {ListOrder::blend, "blend"}};
};

struct RecommendConfig {
  SeenPolicy seen = SeenPolicy::drop;
  ListOrder order = ListOrder::chosen;
  double blend = 0.5;
  int candidates = 100;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("seen", seen,
          "drop leaves out the items that the query's user has in the training rows, if data.user is a "
          "column of the query. keep recommends them again, as for purchases or listening.");
    visit("order", order,
          "Order of the list: score, by the retrieval's score; predicted, by the first predicted label; "
          "blend, by both; auto, the one with the highest ndcg@10 on the validation rows, or score without "
          "validation rows");
    visit("blend", blend, "With order = \"blend\": the weight of the predicted label", Range::between(0, 1));
    visit("candidates", candidates,
          "Number of items with the best scores that the ranking orders together: first the best N, then the "
          "next N",
          Range::at_least(1));
  }
};

}  // namespace shortlist
