#include "shortlist/trials/unit_figures.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "shortlist/metrics/user_metrics.h"

namespace shortlist {
namespace {

double loss_of(const RowResults::Label& label, size_t row) {
  const double predicted = label.predicted[row], truth = label.labels[row];
  if (label.prediction == Prediction::label) return (predicted - truth) * (predicted - truth);
  const double p = std::clamp(predicted, 1e-7, 1 - 1e-7);
  return -truth * std::log(p) - (1 - truth) * std::log(1 - p);
}

UnitFigure label_figure(const RowResults::Label& label) {
  UnitFigure figure{.squared = label.prediction == Prediction::label};
  for (size_t row = 0; row < label.rows.size(); ++row) {
    const double weight = label.weights.empty() ? 1.0 : label.weights[row];
    if (!(weight > 0)) continue;
    figure.values[label.units[row]] += weight * loss_of(label, row);
    figure.weights[label.units[row]] += weight;
  }
  for (auto& [unit, value] : figure.values) value /= figure.weights[unit];
  return figure;
}

}  // namespace

bool has_several_lists(const RowResults& results) {
  std::unordered_map<uint32_t, uint32_t> query_of_unit;
  for (size_t i = 0; i < results.rows.size(); ++i) {
    const auto [at, fresh] = query_of_unit.emplace(results.units[i], results.queries[i]);
    if (!fresh && at->second != results.queries[i]) return true;
  }
  return false;
}

std::map<std::string, UnitFigure> unit_figures(const RowResults& results, int k, bool by_row) {
  std::map<std::string, UnitFigure> figures;
  const Observations rows{.rows = results.rows.size(),
                          .query = by_row ? results.rows : results.queries,
                          .candidate = results.items,
                          .user = results.units,
                          .label = {},
                          .weight = results.weights};
  const FiguresByUser each = figures_by_user(rows, results.places, {k});
  for (size_t f = 0; f < each.names.size(); ++f) {
    UnitFigure& figure = figures[each.names[f]];
    for (size_t u = 0; u < each.users.size(); ++u) figure.values.emplace(each.users[u], each.values[f][u]);
  }
  for (const RowResults::Label& label : results.labels) {
    const char* name = label.prediction == Prediction::label ? "rmse " : "log_loss ";
    figures.emplace(name + label.name, label_figure(label));
  }
  return figures;
}

UnitFigure mean_of(const std::vector<const UnitFigure*>& figures) {
  UnitFigure mean{figures[0]->squared, {}, figures[0]->weights};
  for (const auto& [unit, first] : figures[0]->values) {
    double sum = 0;
    bool all = true;
    for (const UnitFigure* figure : figures) {
      const auto at = figure->values.find(unit);
      all = all && at != figure->values.end();
      if (all) sum += at->second;
    }
    if (all) mean.values.emplace(unit, sum / static_cast<double>(figures.size()));
  }
  return mean;
}

double figure_of(const UnitFigure& figure) {
  double sum = 0, weights = 0;
  for (const auto& [unit, value] : figure.values) {
    const double weight = figure.weights.empty() ? 1 : figure.weights.at(unit);
    sum += weight * value;
    weights += weight;
  }
  const double mean = weights > 0 ? sum / weights : 0;
  return figure.squared ? std::sqrt(mean) : mean;
}

}  // namespace shortlist
