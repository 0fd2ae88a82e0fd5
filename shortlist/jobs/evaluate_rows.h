// Evaluates a model on rows of a dataset, next to baselines fitted on its training rows.
#pragma once

#include <string>
#include <vector>

#include "shortlist/bundle/bundle.h"
#include "shortlist/jobs/row_results.h"
#include "shortlist/jobs/segments.h"
#include "shortlist/jobs/served_lists.h"
#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/train/evaluator.h"

namespace shortlist {

// The order of the lists that a model serves, and the result of each order on the validation rows.
struct ChosenOrder {
  ServedOrder order;
  std::vector<ListReport::Order> measured;
};

// Fitted on the dataset's training rows.
Baselines fit_baselines(const Dataset& data);

// Returns the order of served lists that the config sets. With "auto", measures each order on the validation
// rows and takes the one with the highest NDCG near 10, or the first of equal ones.
ChosenOrder choose_order(const ListModel& model);

struct EvaluatedModel {
  ListModel model;
  Evaluator* evaluator;  // of the towers, with their config; null for a model without towers
  const Baselines& baselines;
  std::vector<uint32_t>
      query_number;  // of each query of the dataset, as the baselines number them; empty if all are alike
  ServedOrder order;
  bool drops_seen = false;                // lists leave out the items that a query's user has seen
  std::vector<ListReport::Order> orders;  // as choose_order() measured them
  std::vector<Segments> segments = {};    // whose figures are measured as well
  RowResults* results = nullptr;          // if set, gets what is measured of each row
};

// Evaluates the rows of `split`: "train", "validation", "test" or "all". For a table other than the training
// table, "all" is the whole table. Throws Error(data) if there are no such rows.
EvaluationReport evaluate_rows(const EvaluatedModel& evaluated, const std::string& split);

// "test", or "validation" if there are no test rows, or "train" if there are neither.
std::string split_to_report(const Split& split);

}  // namespace shortlist
