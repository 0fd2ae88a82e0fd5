#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>

#include "shortlist/report/evaluation_text.h"
#include "shortlist/report/figure_text.h"
#include "shortlist/report/findings_text.h"

namespace shortlist {
namespace {

using Line = std::vector<std::string>;

// Counts code points, so that columns stay aligned for names in any script.
size_t width(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

// Aligns the first column left and the others right, two spaces apart.
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

std::string baseline_cell(const BaselineReport& baseline, const std::string& name, int decimals) {
  for (const BaselineMetric& figure : baseline.figures) {
    if (figure.name == name) return measured_text(figure.value, decimals);
  }
  return "";
}

// Splits a long name into two lines: {"most frequent", "per query"}. The first is empty for a short name.
std::pair<std::string, std::string> title_lines(const std::string& name) {
  constexpr size_t kShort = 12;
  if (name.size() <= kShort) return {"", name};
  size_t best = name.npos;
  for (size_t at = name.find(' '); at != name.npos; at = name.find(' ', at + 1)) {
    const auto longer = [&](size_t cut) { return std::max(cut, name.size() - cut - 1); };
    if (best == name.npos || longer(at) < longer(best)) best = at;
  }
  if (best == name.npos) return {"", name};
  return {name.substr(0, best), name.substr(best + 1)};
}

constexpr std::string_view kUnseen = "unseen_";

// Removes the form's prefix: "top_10" for "unseen_top_10".
std::string_view of_any_form(std::string_view figure) {
  return figure.starts_with(kUnseen) ? figure.substr(kUnseen.size()) : figure;
}

// The 10 of "top_10", or none.
std::optional<int> k_of(std::string_view figure, std::string_view prefix) {
  int k = 0;
  const std::string_view name = of_any_form(figure);
  if (!name.starts_with(prefix)) return std::nullopt;
  const auto [end, error] = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), k);
  return error == std::errc() && end == name.data() + name.size() ? std::optional(k) : std::nullopt;
}

// For ranks: top_k at the first k, the k nearest to 10 and the last k, recall and NDCG at the k nearest to
// 10, and MRR. For predicted labels: all metrics.
class BriefFigures {
 public:
  explicit BriefFigures(const TaskReport& task) {
    for (const ReportMetric& figure : task.model) {
      const auto k = k_of(figure.name, "top_");
      if (!k) continue;
      if (ks_.empty()) ks_ = {*k, *k, *k};
      ks_[0] = std::min(ks_[0], *k);
      if (std::abs(*k - 10) < std::abs(ks_[1] - 10)) ks_[1] = *k;
      ks_[2] = std::max(ks_[2], *k);
    }
  }
  bool has(std::string_view figure) const {
    if (figure.starts_with("keras_")) return false;
    for (const char* prefix : {"mean_rank", "list_auc", "precision@", "hit@", "map@", "mrr@", "coverage@",
                               "gini@", "novelty@", "diversity@", "attribute_diversity@"})
      if (of_any_form(figure).starts_with(prefix)) return false;
    if (const auto k = k_of(figure, "top_")) return std::ranges::find(ks_, *k) != ks_.end();
    for (const char* prefix : {"recall@", "ndcg@"}) {
      if (const auto k = k_of(figure, prefix)) return ks_.empty() || *k == ks_[1];
    }
    return true;
  }

 private:
  std::vector<int> ks_;
};

// The metrics in display order. Brief reports begin with the served form.
std::vector<ReportMetric> shown_figures(const TaskReport& task, ReportDetail detail, bool unseen_first) {
  if (detail == ReportDetail::full) return task.model;
  const BriefFigures brief(task);
  std::vector<ReportMetric> figures;
  std::ranges::copy_if(task.model, std::back_inserter(figures),
                       [&](const ReportMetric& figure) { return brief.has(figure.name); });
  std::ranges::stable_partition(
      figures, [&](const ReportMetric& figure) { return figure.name.starts_with(kUnseen) == unseen_first; });
  return figures;
}

std::string task_table(const TaskReport& task, ReportDetail detail, bool unseen_first = false) {
  std::vector<Line> lines = {{"", "", ""}, {task.task, "model", "95 % interval"}};
  for (const BaselineReport& baseline : task.baselines) {
    const auto [above, below] = title_lines(baseline.name);
    lines[0].push_back(above);
    lines[1].push_back(below);
  }
  if (std::ranges::all_of(lines[0], &std::string::empty)) lines.erase(lines.begin());
  for (const ReportMetric& figure : shown_figures(task, detail, unseen_first)) {
    lines.push_back(figure_cells(task, figure));
  }
  return aligned(lines);
}

std::string count_text(size_t count, const char* one) {
  return with_commas(std::to_string(count)) + " " + one + (count == 1 ? "" : "s");
}

std::string order_text(const std::string& order, double blend) {
  return order == "blend" ? fmt::format("blend {}", blend) : order;
}

std::string list_text(const ListReport& list, size_t rows, ReportDetail detail) {
  std::string text =
      fmt::format("\nLists as served: order = {}, seen items {}", order_text(list.order, list.blend),
                  list.drops_seen ? "left out" : "not left out");
  if (list.rows != rows) text += fmt::format("; measured on {}", count_text(list.rows, "row"));
  text += "\n" + task_table(list.task, detail);
  if (list.orders.empty() || detail == ReportDetail::brief) return text;
  std::vector<Line> lines = {{"orders on validation"}};
  for (const auto& [name, value] : list.orders[0].figures) lines[0].push_back(name);
  for (const ListReport::Order& order : list.orders) {
    Line& line = lines.emplace_back(Line{order_text(order.order, order.blend)});
    for (const auto& [name, value] : order.figures)
      line.push_back(measured_text(value, measured_decimals(value, std::nullopt)));
  }
  return text + "\n" + aligned(lines);
}

// The warnings that the verdict does not contain yet.
std::string brief_findings(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings)
    if (finding.warning && finding.name != kTellingFinding) text += "Warning: " + finding.what + "\n";
  return text;
}

// The figure of a task that a table of segments shows: the served form of top_k near 10, or the error.
std::string main_figure(const TaskReport& task) {
  const std::vector<ReportMetric> brief = shown_figures(task, ReportDetail::brief, true);
  for (const char* prefix : {"unseen_ndcg@", "ndcg@", "unseen_top_10", "top_10", "log_loss", "rmse"}) {
    for (const ReportMetric& figure : brief)
      if (figure.name.starts_with(prefix)) return figure.name;
  }
  return brief.empty() ? "" : brief.front().name;
}

Line segment_line(const SegmentReport& segment, size_t task, const std::string& name) {
  Line line = {"  " + segment.segment, with_commas(std::to_string(segment.rows))};
  const TaskReport& measured = segment.tasks[task];
  const auto figure = std::ranges::find(measured.model, name, &ReportMetric::name);
  // A segment may lack a figure, as log_loss where labels other than 0 and 1 occur.
  std::vector<std::string> cells(2 + measured.baselines.size());
  if (figure != measured.model.end()) {
    cells = figure_cells(measured, *figure);
    cells.erase(cells.begin());
  }
  line.insert(line.end(), cells.begin(), cells.end());
  return line;
}

// A table for each kind of segments and each task, with a line for each segment.
std::string segments_text(const EvaluationReport& report) {
  std::string text;
  for (size_t begin = 0; begin < report.segments.size();) {
    size_t end = begin;
    while (end < report.segments.size() && report.segments[end].by == report.segments[begin].by) ++end;
    for (size_t t = 0; t < report.segments[begin].tasks.size(); ++t) {
      const TaskReport& first = report.segments[begin].tasks[t];
      const std::string name = main_figure(first);
      std::vector<Line> lines = {{fmt::format("{} of {} by {}", name, first.task, report.segments[begin].by),
                                  "rows", "model", "95 % interval"}};
      for (const BaselineReport& baseline : first.baselines) lines[0].push_back(baseline.name);
      for (size_t s = begin; s < end; ++s) lines.push_back(segment_line(report.segments[s], t, name));
      text += "\n" + aligned(lines);
    }
    begin = end;
  }
  return text;
}

// "7 of 20 values of 'user' are unknown to the model, in 12 rows."
std::string known_text(const KnownValues& known) {
  return fmt::format("{} of the {} of '{}' {} unknown to the model, in {}.\n",
                     with_commas(std::to_string(known.unknown)), count_text(known.distinct, "value"),
                     known.column, known.unknown == 1 ? "is" : "are", count_text(known.unknown_rows, "row"));
}

std::string losses_table(const Metrics& losses) {
  std::vector<Line> lines;
  for (const auto& [name, value] : losses)
    lines.push_back({name, measured_text(value, measured_decimals(value, std::nullopt))});
  return aligned(lines);
}

}  // namespace

std::vector<std::string> brief_figures(const TaskReport& task) {
  std::vector<std::string> names;
  for (const ReportMetric& figure : shown_figures(task, ReportDetail::brief, false))
    names.push_back(figure.name);
  return names;
}

std::vector<std::string> figure_cells(const TaskReport& task, const ReportMetric& figure) {
  const auto& interval = figure.interval;
  const int decimals = measured_decimals(figure.value, interval);
  const auto text = [&](double value) { return measured_text(value, decimals); };
  std::vector<std::string> cells = {figure.name, text(figure.value),
                                    interval ? text(interval->low) + " to " + text(interval->high) : ""};
  for (const BaselineReport& baseline : task.baselines)
    cells.push_back(baseline_cell(baseline, figure.name, decimals));
  return cells;
}

std::string metric_text(double value) {
  if (!std::isfinite(value)) return fmt::format("{}", value);
  // The power of ten after rounding to 4 digits, so that 999.96 becomes 1,000.
  const std::string scientific = fmt::format("{:.3e}", value);
  const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
  if (exponent >= 15 || (exponent < -4 && value != 0)) return scientific;
  return exponent >= 3 ? with_commas(fmt::format("{:.0f}", value))
                       : fmt::format("{:.{}f}", value, 3 - exponent);
}

std::string report_text(const EvaluationReport& report, ReportDetail detail) {
  std::string text = fmt::format("{}: {}", report.split, count_text(report.rows, "row"));
  if (report.other_table) text += " of another table than the model was trained on";
  if (report.other_table || (report.split != "train" && report.split != "all")) {
    text += fmt::format("; {:.2f} % of them also occur, identical, in train", 100 * report.share_in_train);
  }
  text += "\n";
  for (const KnownValues& known : report.known) text += known_text(known);
  const std::vector<std::string> sentences = verdict(report);
  if (!sentences.empty()) text += "\n";
  for (const std::string& sentence : sentences) text += sentence + "\n";
  if (detail == ReportDetail::full)
    text += findings_text(report.findings);
  else
    text += brief_findings(report.findings);
  const bool unseen_first = !report.list || report.list->drops_seen;
  for (const TaskReport& task : report.tasks) text += "\n" + task_table(task, detail, unseen_first);
  if (report.list) text += list_text(*report.list, report.rows, detail);
  text += segments_text(report);
  if (!report.losses.empty() && detail == ReportDetail::full) text += "\n" + losses_table(report.losses);
  return text;
}

}  // namespace shortlist
