// Which candidates a request looks at, and the page of the list that it gets.
#pragma once

#include "shortlist/bundle/bundle.h"
#include "shortlist/recommend/recommend_options.h"
#include "shortlist/recommend/recommendation.h"

namespace shortlist {

// Throws a usage Error for options that do not fit the model, each other, or the number of queries.
void check_options(const RecommendOptions& options, const Bundle& bundle, size_t queries);

struct ListPlan {
  ListOrder order;    // never ListOrder::chosen
  double blend;       // the share of the predicted label
  size_t begin, end;  // of the candidates by score that are looked at
  size_t block;       // so many of them are ordered together
};
ListPlan plan_list(const RecommendOptions& options, const Bundle& bundle);

// The page that was asked for, of a query's candidates from list.begin on.
std::vector<Recommendation> page_of(std::vector<Recommendation> candidates, const ListPlan& list,
                                    const RecommendOptions& options);

}  // namespace shortlist
