// An evaluation for people, and as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shortlist/metrics/evaluation_report.h"

namespace shortlist {

// Plain sentences: for each task whether the model beats its baselines, and whether the rows are new to it.
std::vector<std::string> verdict(const EvaluationReport& report);

// brief: the figures that say how good a model is, on one screen. full: all figures and losses.
enum class ReportDetail { brief, full };

// What `evaluate --format text` prints: the verdict, then a table for each task. Ends with a newline.
std::string report_text(const EvaluationReport& report, ReportDetail detail);

// What `evaluate --format json` prints; the verdict is in it for whoever reads it.
std::string report_json(const EvaluationReport& report);
// Throws a data Error, which names `source`, when the text is not a report.
EvaluationReport report_from_json(std::string_view text, const std::string& source);

// 4 significant digits, thousands with commas: "0.9084", "1.459", "12,345".
std::string metric_text(double value);

}  // namespace shortlist
