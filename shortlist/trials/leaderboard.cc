#include <nlohmann/json.hpp>

#include "shortlist/io/json.h"
#include "shortlist/report/evaluation_text.h"
#include "shortlist/trials/tune.h"

namespace shortlist {
namespace {

using nlohmann::json;

json settings_json(const Space& space, const std::vector<Value>& values) {
  json settings = json::object();
  for (size_t s = 0; s < space.settings.size(); ++s) settings[space.settings[s].name] = to_json(values[s]);
  return settings;
}

json trial_json(const Space& space, const TuneTrial& trial) {
  json entry = {{"trial", trial.number}, {"settings", settings_json(space, trial.values)}};
  if (!trial.record.error.empty()) {
    entry["error"] = trial.record.error;
    return entry;
  }
  entry["value"] = trial.record.value;
  entry["epochs"] = trial.record.epochs;
  entry["cut"] = trial.record.cut;
  return entry;
}

}  // namespace

std::string leaderboard_json(const TuneReport& report) {
  json board = {{"metric", report.metric},
                {"higher_is_better", report.higher_is_better},
                {"search", std::string(enum_name(report.search))},
                {"influence", json::object()},
                {"trials", json::array()}};
  for (size_t s = 0; s < report.space.settings.size(); ++s)
    board["influence"][report.space.settings[s].name] = report.influence[s];
  for (const TuneTrial& trial : report.trials) board["trials"].push_back(trial_json(report.space, trial));
  board["best"] = trial_json(report.space, report.trials[0]);
  board["best"]["config"] = report.config;
  if (report.test) {
    const json test = parse_json(report_json(*report.test), "report");
    board["test"] = {{"split", test.at("split")}, {"rows", test.at("rows")}, {"tasks", test.at("tasks")}};
    if (test.contains("list")) board["test"]["list"] = test.at("list");
  }
  return dump_json(board);
}

}  // namespace shortlist
