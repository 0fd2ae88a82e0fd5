// Which candidates a request considers, and the page of the list that it returns.
#pragma once

#include "shortlist/bundle/bundle.h"
#include "shortlist/recommend/recommend_options.h"
#include "shortlist/recommend/recommendation.h"

namespace shortlist {

// Throws a usage Error for options that do not fit the model, each other, or the number of queries.
void check_options(const RecommendOptions& options, const Bundle& bundle, size_t queries);

struct ListPlan {
  ListOrder order;    // never ListOrder::chosen
  double blend;       // weight of the predicted label
  size_t begin, end;  // range of the candidates, sorted by score, to consider
  size_t block;       // number of candidates that are ordered together
};
ListPlan plan_list(const RecommendOptions& options, const Bundle& bundle);

// The requested page, given a query's candidates from list.begin on.
std::vector<Recommendation> page_of(std::vector<Recommendation> candidates, const ListPlan& list,
                                    const RecommendOptions& options);

}  // namespace shortlist
