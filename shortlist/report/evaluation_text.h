// An evaluation report as text and as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shortlist/metrics/evaluation_report.h"

namespace shortlist {

// Plain sentences that say, for each task, whether the model beats its baselines, and whether the rows are
// new to it.
std::vector<std::string> verdict(const EvaluationReport& report);

// brief: the main metrics, on one screen. full: all metrics and losses.
enum class ReportDetail { brief, full };

// The names of the metrics in a brief report of the task.
std::vector<std::string> brief_figures(const TaskReport& task);

// The output of `evaluate --format text`: the verdict, then a table for each task. Ends with a newline.
std::string report_text(const EvaluationReport& report, ReportDetail detail);

// The output of `evaluate --format json`. Includes the verdict for readers.
std::string report_json(const EvaluationReport& report);
// Throws a data Error that names `source` if the text is not a report.
EvaluationReport report_from_json(std::string_view text, const std::string& source);

// A row of a task's table: the metric's name, the model's value, its interval, and each baseline's value.
// Empty cells are unknown. All have the decimals that the interval leaves.
std::vector<std::string> figure_cells(const TaskReport& task, const ReportMetric& figure);

// For exact values. 4 significant digits, with commas for thousands: "0.9084", "1.459", "12,345".
std::string metric_text(double value);

}  // namespace shortlist
