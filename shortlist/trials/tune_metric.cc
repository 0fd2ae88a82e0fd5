#include "shortlist/trials/tune_metric.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "shortlist/config/resolve.h"
#include "shortlist/metrics/user_metrics.h"

namespace shortlist {

std::string default_metric(const Config& config) {
  if (config.retrieval) {
    if (!resolve_data(config).query_has_user) return "mrr";
    const int k = std::ranges::min(config.retrieval->top_k, {}, [](int of) { return std::abs(of - 10); });
    return config.recommend.seen == SeenPolicy::drop ? unseen_name(ndcg_name(k)) : ndcg_name(k);
  }
  if (config.ranking.empty()) return "loss";
  const Prediction prediction = config.ranking[0].loss.prediction();
  return prediction == Prediction::label         ? "rmse"
         : prediction == Prediction::probability ? "log_loss"
                                                 : "loss";
}

double metric_of(const EvaluationReport& report, const std::string& metric) {
  std::set<std::string> names;
  const auto find = [&](const TaskReport& task) -> const double* {
    for (const ReportMetric& figure : task.model) {
      if (figure.name == metric) return &figure.value;
      names.insert(figure.name);
    }
    return nullptr;
  };
  for (const TaskReport& task : report.tasks)
    if (const double* value = find(task)) return *value;
  if (report.list)
    if (const double* value = find(report.list->task)) return *value;
  for (const auto& [name, value] : report.losses) {
    if (name == metric) return value;
    names.insert(name);
  }
  throw usage_error("metric '{}': the evaluation has none of that name, only {}", metric,
                    fmt::join(names, ", "));
}

}  // namespace shortlist
