#include "shortlist/jobs/seeds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "shortlist/io/json.h"
#include "shortlist/report/figure_text.h"

namespace shortlist {
namespace {

using nlohmann::json;

std::optional<double> value_of(const EvaluationReport& report, const std::string& task,
                               const std::string& figure) {
  for (const TaskReport& t : report.tasks) {
    if (t.task != task) continue;
    for (const ReportMetric& f : t.model) {
      if (f.name == figure) return f.value;
    }
  }
  return std::nullopt;
}

SeedFigure summarise(std::string name, std::vector<double> values) {
  SeedFigure figure{.name = std::move(name)};
  const auto n = static_cast<double>(values.size());
  for (double value : values) figure.mean += value / n;
  double squares = 0;
  for (double value : values) squares += (value - figure.mean) * (value - figure.mean);
  figure.deviation = values.size() > 1 ? std::sqrt(squares / (n - 1)) : 0;
  figure.values = std::move(values);
  return figure;
}

json to_json(const SeedsReport& report) {
  json tasks = json::array();
  for (const SeedsReport::Task& task : report.tasks) {
    json figures = json::object();
    for (const SeedFigure& f : task.figures)
      figures[f.name] = {{"mean", f.mean}, {"deviation", f.deviation}, {"values", f.values}};
    tasks.push_back({{"task", task.task}, {"figures", std::move(figures)}});
  }
  return {{"split", report.split}, {"tasks", std::move(tasks)}};
}

}  // namespace

SeedsReport compare_seeds(const std::vector<EvaluationReport>& reports) {
  SeedsReport seeds{.split = reports.front().split, .tasks = {}};
  for (const TaskReport& task : reports.front().tasks) {
    SeedsReport::Task& to = seeds.tasks.emplace_back();
    to.task = task.task;
    for (const ReportMetric& figure : task.model) {
      std::vector<double> values;
      for (const EvaluationReport& report : reports) {
        if (const auto value = value_of(report, task.task, figure.name)) values.push_back(*value);
      }
      if (values.size() == reports.size()) to.figures.push_back(summarise(figure.name, std::move(values)));
    }
  }
  return seeds;
}

std::string seeds_text(const SeedsReport& report) {
  size_t width = 0;
  for (const SeedsReport::Task& task : report.tasks) {
    width = std::max(width, task.task.size());
    for (const SeedFigure& figure : task.figures) width = std::max(width, figure.name.size());
  }
  std::string text;
  for (const SeedsReport::Task& task : report.tasks) {
    text += fmt::format("{}{:<{}}  {:>9}  {:>9}\n", text.empty() ? "" : "\n", task.task, width, "mean",
                        "deviation");
    for (const SeedFigure& f : task.figures) {
      const int decimals = measured_decimals(f.mean, Interval{f.mean - f.deviation, f.mean + f.deviation});
      text += fmt::format("{:<{}}  {:>9}  {:>9}\n", f.name, width, measured_text(f.mean, decimals),
                          measured_text(f.deviation, decimals));
    }
  }
  return text;
}

std::string seeds_json(const SeedsReport& report) { return dump_json(to_json(report)); }

std::string seeds_event(const SeedsReport& report) {
  json event = to_json(report);
  event["event"] = "seeds";
  return dump_json_line(event) + "\n";
}

}  // namespace shortlist
