#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "shortlist/base/error.h"
#include "shortlist/report/evaluation_text.h"
#include "shortlist/report/findings_text.h"

namespace shortlist {
namespace {

using Json = nlohmann::ordered_json;

// JSON has no NaN, so it is written as null.
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
  for (const ReportMetric& figure : task.model) {
    Json& entry = json["model"][figure.name] = {{"value", figure.value}};
    if (figure.interval) write_interval(entry["interval"], figure.interval);
  }
  for (const BaselineReport& baseline : task.baselines) {
    Json figures = Json::object();
    for (const BaselineMetric& figure : baseline.figures) {
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
    ReportMetric& figure = task.model.emplace_back();
    figure.name = name;
    figure.value = number(entry.at("value"));
    if (entry.contains("interval")) figure.interval = read_interval(entry["interval"]);
  }
  for (const Json& from : json.at("baselines")) {
    BaselineReport& baseline = task.baselines.emplace_back();
    baseline.name = from.at("name").get<std::string>();
    for (const auto& [name, entry] : from.at("figures").items()) {
      BaselineMetric& figure = baseline.figures.emplace_back();
      figure.name = name;
      figure.value = number(entry.at("value"));
      if (entry.contains("difference")) figure.difference = read_interval(entry["difference"]);
    }
  }
  return task;
}

Json write_segment(const SegmentReport& segment) {
  Json json = {
      {"by", segment.by}, {"segment", segment.segment}, {"rows", segment.rows}, {"tasks", Json::array()}};
  for (const TaskReport& task : segment.tasks) json["tasks"].push_back(write_task(task));
  return json;
}

SegmentReport read_segment(const Json& json) {
  SegmentReport segment{json.at("by").get<std::string>(),
                        json.at("segment").get<std::string>(),
                        json.at("rows").get<size_t>(),
                        {}};
  for (const Json& task : json.at("tasks")) segment.tasks.push_back(read_task(task));
  return segment;
}

Json write_figures(const Metrics& figures) {
  Json json = Json::object();
  for (const auto& [name, value] : figures) json[name] = value;
  return json;
}

Metrics read_figures(const Json& json) {
  Metrics figures;
  for (const auto& [name, value] : json.items()) figures.emplace_back(name, number(value));
  return figures;
}

Json write_list(const ListReport& list) {
  Json json = {{"order", list.order},
               {"blend", list.blend},
               {"label", list.label},
               {"drops_seen", list.drops_seen},
               {"rows", list.rows}};
  const Json task = write_task(list.task);
  json["model"] = task["model"];
  json["baselines"] = task["baselines"];
  json["orders"] = Json::array();
  for (const ListReport::Order& order : list.orders) {
    json["orders"].push_back(
        {{"order", order.order}, {"blend", order.blend}, {"validation", write_figures(order.figures)}});
  }
  return json;
}

ListReport read_list(Json json) {
  ListReport list{json.at("order").get<std::string>(),
                  number(json.at("blend")),
                  json.at("label").get<std::string>(),
                  json.at("drops_seen").get<bool>(),
                  json.at("rows").get<size_t>(),
                  {},
                  {}};
  json["task"] = TaskReport::list;
  list.task = read_task(json);
  for (const Json& order : json.at("orders")) {
    list.orders.push_back({order.at("order").get<std::string>(), number(order.at("blend")),
                           read_figures(order.at("validation"))});
  }
  return list;
}

}  // namespace

std::string report_json(const EvaluationReport& report) {
  Json json = {
      {"split", report.split},    {"rows", report.rows},    {"share_in_train", report.share_in_train},
      {"losses", Json::object()}, {"tasks", Json::array()}, {"verdict", verdict(report)}};
  json["losses"] = write_figures(report.losses);
  for (const TaskReport& task : report.tasks) json["tasks"].push_back(write_task(task));
  if (report.list) json["list"] = write_list(*report.list);
  json["other_table"] = report.other_table;
  for (const KnownValues& known : report.known) {
    json["known"].push_back({{"column", known.column},
                             {"distinct", known.distinct},
                             {"unknown", known.unknown},
                             {"unknown_rows", known.unknown_rows}});
  }
  if (!report.warnings.empty()) json["warnings"] = report.warnings;
  for (const SegmentReport& segment : report.segments) json["segments"].push_back(write_segment(segment));
  json["findings"] = findings_to_json(report.findings);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

EvaluationReport report_from_json(std::string_view text, const std::string& source) {
  try {
    const Json json = Json::parse(text);
    EvaluationReport report;
    report.split = json.at("split").get<std::string>();
    report.rows = json.at("rows").get<size_t>();
    report.share_in_train = number(json.at("share_in_train"));
    report.losses = read_figures(json.at("losses"));
    for (const Json& task : json.at("tasks")) report.tasks.push_back(read_task(task));
    if (json.contains("list")) report.list = read_list(json["list"]);
    report.other_table = json.value("other_table", false);
    for (const Json& known : json.value("known", Json::array())) {
      report.known.push_back({known.at("column").get<std::string>(), known.at("distinct").get<size_t>(),
                              known.at("unknown").get<size_t>(), known.at("unknown_rows").get<size_t>()});
    }
    report.warnings = json.value("warnings", std::vector<std::string>());
    for (const Json& segment : json.value("segments", Json::array()))
      report.segments.push_back(read_segment(segment));
    report.findings = findings_from_json(json.value("findings", Json::array()));
    return report;
  } catch (const nlohmann::json::exception& error) {
    throw data_error("{}: not an evaluation report: {}", source, error.what());
  }
}

}  // namespace shortlist
