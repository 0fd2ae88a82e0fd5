// Makes a bundle of factors that another program learnt, without training.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/math/matrix.h"
#include "shortlist/metrics/evaluation_report.h"

namespace shortlist {

struct GivenFactors {
  std::vector<std::string> users, items;  // ids as in the table, one per row of the factors
  ConstMatrix user_factors, item_factors;
  std::vector<float> item_biases;  // empty: none
};

// The score of an item is the inner product of the user's and the item's factors, plus the item's bias: a
// model of kind bpr_mf, which the config must name. The table gives the catalogue, the seen items and the
// rows to evaluate on. Items of the catalogue without factors are listed last; users without factors are
// answered from their history. Throws Error(usage) for factors that do not fit, and for a folder that
// contains a run.
EvaluationReport import_factors(const Config& config, const GivenFactors& factors, const std::string& out,
                                int threads = 0);

}  // namespace shortlist
