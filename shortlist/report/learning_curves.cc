#include "shortlist/report/learning_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace shortlist {
namespace {

std::vector<std::string> reported_names(const History& history) {
  std::vector<std::string> names;
  for (const EpochRecord& epoch : history.epochs) {
    add_new_names(epoch.train, names);
    add_new_names(epoch.validation, names);
  }
  return names;
}

Series series_of(const History& history, const std::string& name, Metrics EpochRecord::*part,
                 const char* label) {
  Series series{label, {}};
  for (const EpochRecord& epoch : history.epochs) {
    if (const double* value = find_metric(epoch.*part, name))
      series.points.push_back({double(epoch.epoch), *value});
  }
  return series;
}

Chart chart_of(const History& history, const std::string& name, std::string title, std::string y_label) {
  Chart chart{std::move(title), "epoch", std::move(y_label), {}};
  for (auto& series : {series_of(history, name, &EpochRecord::train, "training"),
                       series_of(history, name, &EpochRecord::validation, "validation")}) {
    // An absent validation keeps no place: training has the first colour in every chart.
    if (!series.points.empty() || series.name == "training") chart.series.push_back(series);
  }
  return chart;
}

struct RankingFigure {
  std::string name, title, meaning;
};

void add_ranking(const History& history, const std::vector<std::string>& names, std::vector<Chart>& charts) {
  static const RankingFigure kinds[] = {{"rmse", "RMSE", "root mean squared error"},
                                        {"auc", "AUC", "area under the ROC curve"},
                                        {"mae", "MAE", "mean absolute error"},
                                        {"log_loss", "Log loss", "binary cross-entropy"}};
  for (const RankingFigure& kind : kinds) {
    const size_t before = charts.size();
    for (const std::string& name : names) {
      if (name == kind.name) charts.push_back(chart_of(history, name, kind.title, kind.meaning));
      if (!name.ends_with("_" + kind.name)) continue;
      const std::string label = name.substr(0, name.size() - kind.name.size() - 1);
      charts.push_back(chart_of(history, name, fmt::format("{} of {}", kind.title, label), kind.meaning));
    }
    if (charts.size() > before) return;
  }
}

std::optional<int> k_of(const std::string& name) {
  if (!name.starts_with("top_")) return std::nullopt;
  int k = 0;
  const char* end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data() + 4, end, k);
  if (error != std::errc() || rest != end) return std::nullopt;
  return k;
}

void add_top_k(const History& history, const std::vector<std::string>& names, std::vector<Chart>& charts) {
  std::vector<int> ks;
  for (const std::string& name : names) {
    if (const auto k = k_of(name)) ks.push_back(*k);
  }
  if (ks.empty()) return;
  std::sort(ks.begin(), ks.end());
  const bool has_5 = std::find(ks.begin(), ks.end(), 5) != ks.end();
  const int k = has_5 ? 5 : ks[(ks.size() - 1) / 2];
  charts.push_back(chart_of(history, fmt::format("top_{}", k), fmt::format("Top-{} accuracy", k),
                            fmt::format("share of rows whose item is among the first {}", k)));
}

}  // namespace

ChartRow learning_curves(const History& history, const std::string& title) {
  const std::vector<std::string> names = reported_names(history);
  ChartRow row{title, {}};
  add_ranking(history, names, row.charts);
  add_top_k(history, names, row.charts);
  if (std::find(names.begin(), names.end(), "loss") != names.end()) {
    row.charts.push_back(chart_of(history, "loss", "Loss", "weighted sum of all losses"));
  }
  return row;
}

}  // namespace shortlist
