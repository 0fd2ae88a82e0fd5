#include <fmt/format.h>

#include <cmath>

#include "shortlist/report/history_csv.h"

namespace shortlist {
namespace {

std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

void append_figures(const Metrics& figures, const std::vector<std::string>& names, std::string& csv) {
  for (const std::string& name : names) {
    csv += ',';
    const double* value = find_metric(figures, name);
    if (value && !std::isnan(*value)) csv += fmt::format("{}", *value);
  }
}

}  // namespace

std::string to_csv(const History& history) {
  const auto train = metric_names(history, &EpochRecord::train);
  const auto validation = metric_names(history, &EpochRecord::validation);
  std::string csv = "epoch,learning_rate";
  for (const std::string& name : train) csv += "," + cell("train_" + name);
  for (const std::string& name : validation) csv += "," + cell("validation_" + name);
  csv += '\n';
  for (const EpochRecord& epoch : history.epochs) {
    csv += fmt::format("{},{}", epoch.epoch, epoch.learning_rate);
    append_figures(epoch.train, train, csv);
    append_figures(epoch.validation, validation, csv);
    csv += '\n';
  }
  return csv;
}

}  // namespace shortlist
