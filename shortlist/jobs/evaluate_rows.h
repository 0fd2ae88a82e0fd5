// Measures a model on rows of a dataset, next to the baselines that were fitted on its training rows.
#pragma once

#include <string>
#include <vector>

#include "shortlist/bundle/bundle.h"
#include "shortlist/jobs/served_lists.h"
#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/train/evaluator.h"

namespace shortlist {

// The order of the lists that a model serves, and how each order did on the validation rows.
struct ChosenOrder {
  ServedOrder order;
  std::vector<ListReport::Order> measured;
};

// Fitted on the dataset's training rows.
Baselines fit_baselines(const Dataset& data);

// The order of the lists that are served: what the config says. With "auto", each order is measured on the
// validation rows, and the one with the highest NDCG near 10 is taken, the first of equal ones.
ChosenOrder choose_order(const ListModel& model);

struct EvaluatedModel {
  ListModel model;
  Evaluator* evaluator;  // of the towers, with their config; null for a model without
  const Baselines& baselines;
  std::vector<uint32_t>
      query_number;  // of each of the dataset's queries, as the baselines count; empty: alike
  ServedOrder order;
  bool drops_seen = false;                // lists leave out what a query's user has seen
  std::vector<ListReport::Order> orders;  // as choose_order() measured them
};

// Of the rows "train", "validation", "test" or "all"; of another table than the model was trained on, "all"
// is the whole table. Throws a data Error when there are none.
EvaluationReport evaluate_rows(const EvaluatedModel& evaluated, const std::string& split);

// "test", or where there are no such rows "validation", or "train".
std::string split_to_report(const Split& split);

}  // namespace shortlist
