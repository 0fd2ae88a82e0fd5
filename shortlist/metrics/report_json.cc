#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "shortlist/base/error.h"
#include "shortlist/metrics/evaluation_report.h"

namespace shortlist {
namespace {

using Json = nlohmann::ordered_json;

// JSON has no NaN: it is written as null.
double number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

void write_interval(Json& json, const std::optional<Interval>& interval) {
  if (interval) json = {{"low", interval->low}, {"high", interval->high}};
}

std::optional<Interval> read_interval(const Json& json) {
  return Interval{number(json.at("low")), number(json.at("high"))};
}

Json write_task(const TaskReport& task) {
  Json json = {{"task", task.task}, {"model", Json::object()}, {"baselines", Json::array()}};
  for (const ReportFigure& figure : task.model) {
    Json& entry = json["model"][figure.name] = {{"value", figure.value}};
    if (figure.interval) write_interval(entry["interval"], figure.interval);
  }
  for (const BaselineReport& baseline : task.baselines) {
    Json figures = Json::object();
    for (const BaselineFigure& figure : baseline.figures) {
      Json& entry = figures[figure.name] = {{"value", figure.value}};
      if (figure.difference) write_interval(entry["difference"], figure.difference);
    }
    json["baselines"].push_back({{"name", baseline.name}, {"figures", std::move(figures)}});
  }
  return json;
}

TaskReport read_task(const Json& json) {
  TaskReport task{json.at("task").get<std::string>(), {}, {}};
  for (const auto& [name, entry] : json.at("model").items()) {
    ReportFigure& figure = task.model.emplace_back();
    figure.name = name;
    figure.value = number(entry.at("value"));
    if (entry.contains("interval")) figure.interval = read_interval(entry["interval"]);
  }
  for (const Json& from : json.at("baselines")) {
    BaselineReport& baseline = task.baselines.emplace_back();
    baseline.name = from.at("name").get<std::string>();
    for (const auto& [name, entry] : from.at("figures").items()) {
      BaselineFigure& figure = baseline.figures.emplace_back();
      figure.name = name;
      figure.value = number(entry.at("value"));
      if (entry.contains("difference")) figure.difference = read_interval(entry["difference"]);
    }
  }
  return task;
}

}  // namespace

std::string report_json(const EvaluationReport& report) {
  Json json = {
      {"split", report.split},    {"rows", report.rows},    {"share_in_train", report.share_in_train},
      {"losses", Json::object()}, {"tasks", Json::array()}, {"verdict", verdict(report)}};
  for (const auto& [name, value] : report.losses) json["losses"][name] = value;
  for (const TaskReport& task : report.tasks) json["tasks"].push_back(write_task(task));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

EvaluationReport report_from_json(std::string_view text, const std::string& source) {
  try {
    const Json json = Json::parse(text);
    EvaluationReport report;
    report.split = json.at("split").get<std::string>();
    report.rows = json.at("rows").get<size_t>();
    report.share_in_train = number(json.at("share_in_train"));
    for (const auto& [name, value] : json.at("losses").items())
      report.losses.emplace_back(name, number(value));
    for (const Json& task : json.at("tasks")) report.tasks.push_back(read_task(task));
    return report;
  } catch (const nlohmann::json::exception& error) {
    throw data_error("{}: not an evaluation report: {}", source, error.what());
  }
}

}  // namespace shortlist
