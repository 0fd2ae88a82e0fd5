// The metric that a search compares trials by.
#pragma once

#include <string>

#include "shortlist/config/config.h"
#include "shortlist/metrics/evaluation_report.h"

namespace shortlist {

// The NDCG of users' lists as they are served, or the mean reciprocal rank if queries do not name users; for
// a model that only ranks, the error of its first label.
std::string default_metric(const Config& config);

// The metric's value in a report: of a task, of the served list, or a loss. Throws a usage Error that lists
// what the report has.
double metric_of(const EvaluationReport& report, const std::string& metric);

}  // namespace shortlist
