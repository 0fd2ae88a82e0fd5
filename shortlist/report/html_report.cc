#include "shortlist/report/html_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "shortlist/base/error.h"
#include "shortlist/report/escape.h"
#include "shortlist/report/figure_text.h"
#include "shortlist/report/html_style.h"
#include "shortlist/report/learning_curves.h"

namespace shortlist {
namespace {

using Cells = std::vector<std::string>;

// "0.9963", "-3", "[0.99, 1.00]", "99.6 %". Also true for an empty cell.
bool looks_like_number(const std::string& cell) {
  const size_t first = cell.find_first_not_of("+-.[");
  return first == std::string::npos || (cell[first] >= '0' && cell[first] <= '9');
}

std::vector<bool> number_columns(const ReportTable& table) {
  std::vector<bool> are_numbers(table.headers.size(), true);
  for (const auto* rows : {&table.rows, &table.folded_rows}) {
    for (const Cells& row : *rows) {
      SHORTLIST_CHECK(row.size() == table.headers.size());
      for (size_t i = 0; i < row.size(); ++i) are_numbers[i] = are_numbers[i] && looks_like_number(row[i]);
    }
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

std::string rows_html(const ReportTable& table, const std::vector<Cells>& rows) {
  const std::vector<bool> are_numbers = number_columns(table);
  std::string html = "<div class=\"wide\"><table>\n<thead>" + row_html(table.headers, are_numbers, "th") +
                     "</thead>\n<tbody>\n";
  for (const Cells& row : rows) html += row_html(row, are_numbers, "td");
  return html + "</tbody>\n</table></div>\n";
}

std::string folded_html(const std::string& title, const std::string& content) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", escape_markup(title), content);
}

std::string table_html(const ReportTable& table) {
  std::string html;
  if (!table.title.empty()) html += fmt::format("<h3>{}</h3>\n", escape_markup(table.title));
  std::string sentences;
  for (const std::string& sentence : table.sentences)
    sentences += fmt::format("<p>{}</p>\n", escape_markup(sentence));
  if (table.headers.empty())
    return html + (sentences.empty() ? "" : "<div class=\"verdict\">\n" + sentences + "</div>\n");
  html += sentences;
  html += rows_html(table, table.rows);
  if (!table.folded_rows.empty())
    html += folded_html(table.folded_title, rows_html(table, table.folded_rows));
  return html;
}

std::string facts_html(const ReportPage& page) {
  std::string html = "<dl>\n";
  for (const auto& [name, value] : page.facts) {
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape_markup(name), escape_markup(value));
  }
  return page.facts.empty() ? "" : html + "</dl>\n";
}

std::string subtitle_html(const ReportPage& page) {
  if (page.subtitle.empty()) return "";
  return fmt::format("<p class=\"subtitle\">{}</p>\n", escape_markup(page.subtitle));
}

std::string curves_html(const History& history, int kept_epoch) {
  std::string html;
  for (Chart& chart : learning_curves(history, "", kept_epoch).charts)
    html += to_svg({"", {std::move(chart)}});
  return html.empty() ? "" : "<h2>Learning curves</h2>\n<div class=\"curves\">\n" + html + "</div>\n";
}

std::string evaluation_html(const std::vector<ReportTable>& tables) {
  std::string html;
  for (const ReportTable& table : tables) html += table_html(table);
  return html.empty() ? "" : "<h2>Evaluation</h2>\n" + html;
}

// Writes a metric's values in all epochs with the decimals that distinguish them.
class EpochCells {
 public:
  EpochCells(const History& history, const std::string& name) : name_(name) {
    double low = INFINITY, high = -INFINITY;
    for (const EpochRecord& epoch : history.epochs) {
      for (const Metrics* part : {&epoch.train, &epoch.validation}) {
        const double* value = find_metric(*part, name);
        if (value == nullptr || !std::isfinite(*value)) continue;
        low = std::min(low, *value);
        high = std::max(high, *value);
      }
    }
    decimals_ = span_decimals(high - low, high);
  }

  std::string operator()(const Metrics& figures) const {
    const double* value = find_metric(figures, name_);
    return value && std::isfinite(*value) ? measured_text(*value, decimals_) : "";
  }

 private:
  std::string name_;
  int decimals_ = 0;
};

// A row for each epoch, with the metrics that the curves show.
ReportTable main_epochs(const History& history, int kept_epoch) {
  ReportTable table{"", {"epoch", "learning rate"}, {}, {}};
  const std::vector<std::string> names = curve_names(history);
  const bool has_validation = !metric_names(history, &EpochRecord::validation).empty();
  std::vector<EpochCells> cells;
  for (const std::string& name : names) {
    cells.emplace_back(history, name);
    table.headers.push_back(has_validation ? name + ", training" : name);
    if (has_validation) table.headers.push_back(name + ", validation");
  }
  for (const EpochRecord& epoch : history.epochs) {
    const char* kept = epoch.epoch == kept_epoch ? " (kept)" : "";
    table.rows.push_back(
        {fmt::format("{}{}", epoch.epoch, kept), fmt::format("{:.4g}", epoch.learning_rate)});
    for (const EpochCells& cell : cells) {
      table.rows.back().push_back(cell(epoch.train));
      if (has_validation) table.rows.back().push_back(cell(epoch.validation));
    }
  }
  return table;
}

bool is_of_keras(const std::string& name) { return name.starts_with("keras_"); }

// A row for each metric and a column for each epoch. Keras's duplicates are collapsed.
ReportTable all_epochs(const History& history, Metrics EpochRecord::*part, const char* title) {
  ReportTable table{title, {"figure"}, {}, {}, "as Keras counts them"};
  for (const EpochRecord& epoch : history.epochs)
    table.headers.push_back(fmt::format("epoch {}", epoch.epoch));
  for (const std::string& name : metric_names(history, part)) {
    const EpochCells cell(history, name);
    Cells row = {name};
    for (const EpochRecord& epoch : history.epochs) row.push_back(cell(epoch.*part));
    (is_of_keras(name) ? table.folded_rows : table.rows).push_back(std::move(row));
  }
  return table;
}

std::string epochs_html(const History& history, int kept_epoch) {
  std::string all;
  for (const ReportTable& table : {all_epochs(history, &EpochRecord::train, "Training"),
                                   all_epochs(history, &EpochRecord::validation, "Validation")}) {
    if (!table.rows.empty()) all += table_html(table);
  }
  if (all.empty()) return "";
  return "<h2>Epochs</h2>\n" + table_html(main_epochs(history, kept_epoch)) +
         folded_html("All figures by epoch", all);
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
         title + "</h1>\n" + subtitle_html(page) + facts_html(page) + evaluation_html(page.evaluation) +
         curves_html(page.history, page.kept_epoch) + epochs_html(page.history, page.kept_epoch) +
         model_html(page) + preformatted_html("Config", page.config) + "</main>\n</body>\n</html>\n";
}

}  // namespace shortlist
