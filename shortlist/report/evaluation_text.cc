#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "shortlist/report/evaluation_text.h"

namespace shortlist {
namespace {

using Line = std::vector<std::string>;

std::string with_commas(std::string digits) {
  const size_t start = digits.starts_with('-') ? 1 : 0;
  for (size_t at = digits.size(); at > start + 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

// Counts code points, so that a label's name in any script keeps the columns straight.
size_t width(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

// The first column to the left, the others to the right, two blanks between.
std::string aligned(const std::vector<Line>& lines) {
  std::vector<size_t> widths(lines[0].size());
  for (const Line& line : lines) {
    for (size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], width(line[c]));
  }
  std::string text;
  for (const Line& line : lines) {
    std::string row = line[0] + std::string(widths[0] - width(line[0]), ' ');
    for (size_t c = 1; c < line.size(); ++c) {
      row += std::string(2 + widths[c] - width(line[c]), ' ') + line[c];
    }
    text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string baseline_cell(const BaselineReport& baseline, const std::string& name) {
  for (const BaselineFigure& figure : baseline.figures) {
    if (figure.name == name) return figure_text(figure.value);
  }
  return "";
}

std::string task_table(const TaskReport& task) {
  std::vector<Line> lines = {{task.task, "model", "95 % interval"}};
  for (const BaselineReport& baseline : task.baselines) lines[0].push_back(baseline.name);
  for (const ReportFigure& figure : task.model) {
    Line& line = lines.emplace_back();
    const auto& interval = figure.interval;
    line = {figure.name, figure_text(figure.value),
            interval ? figure_text(interval->low) + " to " + figure_text(interval->high) : ""};
    for (const BaselineReport& baseline : task.baselines)
      line.push_back(baseline_cell(baseline, figure.name));
  }
  return aligned(lines);
}

std::string count_text(size_t count, const char* one) {
  return with_commas(std::to_string(count)) + " " + one + (count == 1 ? "" : "s");
}

std::string order_text(const std::string& order, double blend) {
  return order == "blend" ? fmt::format("blend {}", blend) : order;
}

std::string list_text(const ListReport& list, size_t rows) {
  std::string text =
      fmt::format("\nThe list as it is served: order = {}, seen items {}", order_text(list.order, list.blend),
                  list.drops_seen ? "left out" : "not left out");
  if (list.rows != rows) text += fmt::format("; measured on {}", count_text(list.rows, "row"));
  text += "\n" + task_table(list.task);
  if (list.orders.empty()) return text;
  std::vector<Line> lines = {{"orders on validation"}};
  for (const auto& [name, value] : list.orders[0].figures) lines[0].push_back(name);
  for (const ListReport::Order& order : list.orders) {
    Line& line = lines.emplace_back(Line{order_text(order.order, order.blend)});
    for (const auto& [name, value] : order.figures) line.push_back(figure_text(value));
  }
  return text + "\n" + aligned(lines);
}

// "7 of 20 values of 'user' are unknown to the model, in 12 rows."
std::string known_text(const KnownValues& known) {
  return fmt::format("{} of the {} of '{}' {} unknown to the model, in {}.\n",
                     with_commas(std::to_string(known.unknown)), count_text(known.distinct, "value"),
                     known.column, known.unknown == 1 ? "is" : "are", count_text(known.unknown_rows, "row"));
}

std::string losses_table(const Figures& losses) {
  std::vector<Line> lines;
  for (const auto& [name, value] : losses) lines.push_back({name, figure_text(value)});
  return aligned(lines);
}

}  // namespace

std::string figure_text(double value) {
  if (!std::isfinite(value)) return fmt::format("{}", value);
  // The power of ten after rounding to 4 digits: 999.96 reads 1,000.
  const std::string scientific = fmt::format("{:.3e}", value);
  const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
  if (exponent >= 15 || (exponent < -4 && value != 0)) return scientific;
  return exponent >= 3 ? with_commas(fmt::format("{:.0f}", value))
                       : fmt::format("{:.{}f}", value, 3 - exponent);
}

std::string report_text(const EvaluationReport& report) {
  std::string text = fmt::format("{}: {}", report.split, count_text(report.rows, "row"));
  if (report.other_table) text += " of another table than the model was trained on";
  if (report.other_table || (report.split != "train" && report.split != "all")) {
    text += fmt::format("; {:.2f} % of them stand identically in train", 100 * report.share_in_train);
  }
  text += "\n";
  for (const KnownValues& known : report.known) text += known_text(known);
  for (const TaskReport& task : report.tasks) text += "\n" + task_table(task);
  if (report.list) text += list_text(*report.list, report.rows);
  if (!report.losses.empty()) text += "\n" + losses_table(report.losses);
  const std::vector<std::string> sentences = verdict(report);
  if (!sentences.empty()) text += "\n";
  for (const std::string& sentence : sentences) text += sentence + "\n";
  return text;
}

}  // namespace shortlist
