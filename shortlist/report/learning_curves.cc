#include "shortlist/report/learning_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "shortlist/metrics/higher_is_better.h"

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

std::optional<Mark> mark_of(const Chart& chart, int kept_epoch) {
  if (kept_epoch == 0) return std::nullopt;
  Mark mark{double(kept_epoch), fmt::format("kept: epoch {}", kept_epoch)};
  for (const Point& point : chart.series.back().points)
    if (point.x == mark.x && std::isfinite(point.y)) mark.text += ", " + value_text(chart, point.y);
  return mark;
}

// Empty if the last epoch is the best, or there is no validation.
std::string turn_of(const Chart& chart, bool higher) {
  if (chart.series.back().name != "validation") return "";
  const double sign = higher ? 1 : -1;
  const Point *best = nullptr, *last = nullptr;
  for (const Point& point : chart.series.back().points) {
    if (!std::isfinite(point.y)) continue;
    if (best == nullptr || sign * point.y > sign * best->y) best = &point;
    last = &point;
  }
  if (best == nullptr || sign * last->y >= sign * best->y) return "";
  return fmt::format("Validation is best in epoch {}: {}, but {} in epoch {}.", int(best->x),
                     value_text(chart, best->y), value_text(chart, last->y), int(last->x));
}

Chart chart_of(const History& history, const std::string& name, std::string title, std::string y_label) {
  Chart chart{std::move(title), "epoch", std::move(y_label), {}, {}, ""};
  for (auto& series : {series_of(history, name, &EpochRecord::train, "training"),
                       series_of(history, name, &EpochRecord::validation, "validation")}) {
    // Skip a missing validation series, but not training, which has the first colour in every chart.
    if (!series.points.empty() || series.name == "training") chart.series.push_back(series);
  }
  chart.note = turn_of(chart, higher_is_better(name));
  return chart;
}

// A metric with a chart.
struct Curve {
  std::string name, title, meaning;
};

void add_ranking(const std::vector<std::string>& names, std::vector<Curve>& curves) {
  static const Curve kinds[] = {{"rmse", "RMSE", "root mean squared error"},
                                {"auc", "AUC", "area under the ROC curve"},
                                {"mae", "MAE", "mean absolute error"},
                                {"log_loss", "Log loss", "binary cross-entropy"}};
  for (const Curve& kind : kinds) {
    const size_t before = curves.size();
    for (const std::string& name : names) {
      if (name == kind.name) curves.push_back(kind);
      if (!name.ends_with("_" + kind.name)) continue;
      const std::string label = name.substr(0, name.size() - kind.name.size() - 1);
      curves.push_back({name, fmt::format("{} of {}", kind.title, label), kind.meaning});
    }
    if (curves.size() > before) return;
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

void add_top_k(const std::vector<std::string>& names, std::vector<Curve>& curves) {
  std::vector<int> ks;
  for (const std::string& name : names) {
    if (const auto k = k_of(name)) ks.push_back(*k);
  }
  if (ks.empty()) return;
  std::sort(ks.begin(), ks.end());
  const bool has_5 = std::find(ks.begin(), ks.end(), 5) != ks.end();
  const int k = has_5 ? 5 : ks[(ks.size() - 1) / 2];
  curves.push_back({fmt::format("top_{}", k), fmt::format("Top-{} accuracy", k),
                    fmt::format("share of rows whose item is among the first {}", k)});
}

std::vector<Curve> curves_of(const History& history) {
  const std::vector<std::string> names = reported_names(history);
  std::vector<Curve> curves;
  add_ranking(names, curves);
  add_top_k(names, curves);
  if (std::find(names.begin(), names.end(), "loss") != names.end())
    curves.push_back({"loss", "Loss", "weighted sum of all losses"});
  return curves;
}

}  // namespace

std::vector<std::string> curve_names(const History& history) {
  std::vector<std::string> names;
  for (const Curve& curve : curves_of(history)) names.push_back(curve.name);
  return names;
}

ChartRow learning_curves(const History& history, const std::string& title, int kept_epoch) {
  ChartRow row{title, {}};
  for (const Curve& curve : curves_of(history)) {
    row.charts.push_back(chart_of(history, curve.name, curve.title, curve.meaning));
    row.charts.back().mark = mark_of(row.charts.back(), kept_epoch);
  }
  return row;
}

}  // namespace shortlist
