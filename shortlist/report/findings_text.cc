#include "shortlist/report/findings_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace shortlist {

std::string findings_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("\n{}: {}\n  Why: {}\n  Change: {}\n", finding.warning ? "warning" : "note",
                        finding.what, finding.why, finding.change);
  }
  return text;
}

nlohmann::ordered_json findings_to_json(const std::vector<Finding>& findings) {
  auto json = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    nlohmann::ordered_json numbers = nlohmann::ordered_json::object();
    for (const auto& [name, value] : finding.numbers) numbers[name] = value;
    json.push_back({{"finding", finding.name},
                    {"severity", finding.warning ? "warning" : "note"},
                    {"what", finding.what},
                    {"why", finding.why},
                    {"change", finding.change},
                    {"numbers", std::move(numbers)}});
  }
  return json;
}

std::vector<Finding> findings_from_json(const nlohmann::ordered_json& json) {
  std::vector<Finding> findings;
  for (const auto& from : json) {
    Finding& finding = findings.emplace_back(Finding{from.at("finding").get<std::string>(),
                                                     from.at("severity").get<std::string>() == "warning",
                                                     from.at("what").get<std::string>(),
                                                     from.at("why").get<std::string>(),
                                                     from.at("change").get<std::string>(),
                                                     {}});
    for (const auto& [name, value] : from.at("numbers").items())
      finding.numbers.emplace_back(name, value.is_null() ? 0 : value.template get<double>());
  }
  return findings;
}

std::vector<Finding> findings_of_report(const std::string& report_json) {
  const auto json = nlohmann::ordered_json::parse(report_json, nullptr, false);
  if (!json.is_object() || !json.contains("findings")) return {};
  return findings_from_json(json["findings"]);
}

}  // namespace shortlist
