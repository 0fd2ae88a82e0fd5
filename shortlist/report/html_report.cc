#include "shortlist/report/html_report.h"

#include <fmt/format.h>

#include <cmath>

#include "shortlist/base/error.h"
#include "shortlist/report/escape.h"
#include "shortlist/report/html_style.h"
#include "shortlist/report/learning_curves.h"
#include "shortlist/report/ticks.h"

namespace shortlist {
namespace {

using Cells = std::vector<std::string>;

// "0.9963", "-3", "[0.99, 1.00]", "99.6 %"; nothing at all fits too.
bool looks_like_number(const std::string& cell) {
  const size_t first = cell.find_first_not_of("+-.[");
  return first == std::string::npos || (cell[first] >= '0' && cell[first] <= '9');
}

std::vector<bool> number_columns(const ReportTable& table) {
  std::vector<bool> are_numbers(table.headers.size(), true);
  for (const Cells& row : table.rows) {
    SHORTLIST_CHECK(row.size() == table.headers.size());
    for (size_t i = 0; i < row.size(); ++i) are_numbers[i] = are_numbers[i] && looks_like_number(row[i]);
  }
  return are_numbers;
}

std::string row_html(const Cells& cells, const std::vector<bool>& are_numbers, std::string_view tag) {
  std::string html = "<tr>";
  for (size_t i = 0; i < cells.size(); ++i) {
    const char* style = are_numbers[i] ? " class=\"number\"" : "";
    html += fmt::format("<{0}{1}>{2}</{0}>", tag, style, escape_markup(cells[i]));
  }
  return html + "</tr>\n";
}

std::string table_html(const ReportTable& table) {
  std::string html;
  if (!table.title.empty()) html += fmt::format("<h3>{}</h3>\n", escape_markup(table.title));
  for (const std::string& sentence : table.sentences)
    html += fmt::format("<p>{}</p>\n", escape_markup(sentence));
  if (table.headers.empty()) return html;
  const std::vector<bool> are_numbers = number_columns(table);
  html += "<div class=\"wide\"><table>\n<thead>" + row_html(table.headers, are_numbers, "th") +
          "</thead>\n<tbody>\n";
  for (const Cells& row : table.rows) html += row_html(row, are_numbers, "td");
  return html + "</tbody>\n</table></div>\n";
}

std::string facts_html(const ReportPage& page) {
  std::string html = "<dl>\n";
  for (const auto& [name, value] : page.facts) {
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape_markup(name), escape_markup(value));
  }
  return page.facts.empty() ? "" : html + "</dl>\n";
}

std::string curves_html(const History& history) {
  std::string html;
  for (Chart& chart : learning_curves(history, "").charts) html += to_svg({"", {std::move(chart)}});
  return html.empty() ? "" : "<h2>Learning curves</h2>\n<div class=\"curves\">\n" + html + "</div>\n";
}

std::string evaluation_html(const std::vector<ReportTable>& tables) {
  std::string html;
  for (const ReportTable& table : tables) html += table_html(table);
  return html.empty() ? "" : "<h2>Evaluation</h2>\n" + html;
}

void append_cells(const Metrics& figures, const std::vector<std::string>& names, Cells& row) {
  for (const std::string& name : names) {
    const double* value = find_metric(figures, name);
    row.push_back(value ? format_figure(*value) : "");
  }
}

ReportTable epochs_table(const History& history, Metrics EpochRecord::*part, const char* title) {
  const std::vector<std::string> names = metric_names(history, part);
  ReportTable table{title, {"epoch", "learning rate"}, {}, {}};
  table.headers.insert(table.headers.end(), names.begin(), names.end());
  for (const EpochRecord& epoch : history.epochs) {
    table.rows.push_back({std::to_string(epoch.epoch), fmt::format("{:.4g}", epoch.learning_rate)});
    append_cells(epoch.*part, names, table.rows.back());
  }
  return names.empty() ? ReportTable{} : table;
}

std::string epochs_html(const History& history) {
  std::string html;
  for (const ReportTable& table : {epochs_table(history, &EpochRecord::train, "Training"),
                                   epochs_table(history, &EpochRecord::validation, "Validation")}) {
    if (!table.rows.empty()) html += "<section>\n" + table_html(table) + "</section>\n";
  }
  return html.empty() ? "" : "<h2>Epochs</h2>\n<div class=\"tables\">\n" + html + "</div>\n";
}

std::string preformatted_html(const char* title, const std::string& text) {
  return text.empty() ? "" : fmt::format("<h2>{}</h2>\n<pre>{}</pre>\n", title, escape_markup(text));
}

std::string model_html(const ReportPage& page) {
  std::string html;
  if (!page.graph_svg.empty()) html += "<div class=\"graph\">\n" + page.graph_svg + "</div>\n";
  if (!page.model_summary.empty()) html += fmt::format("<pre>{}</pre>\n", escape_markup(page.model_summary));
  return html.empty() ? "" : "<h2>Model</h2>\n" + html;
}

}  // namespace

std::string to_html(const ReportPage& page) {
  const std::string title = escape_markup(page.title);
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         title + "</title>\n<style>" + std::string(kReportStyle) + "</style>\n</head>\n<body>\n<main>\n<h1>" +
         title + "</h1>\n" + facts_html(page) + curves_html(page.history) + evaluation_html(page.evaluation) +
         epochs_html(page.history) + model_html(page) + preformatted_html("Config", page.config) +
         "</main>\n</body>\n</html>\n";
}

}  // namespace shortlist
