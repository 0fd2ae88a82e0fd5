#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/cli/commands.h"
#include "shortlist/cli/find_item.h"
#include "shortlist/cli/text_table.h"
#include "shortlist/cli/words.h"
#include "shortlist/io/json.h"
#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/recommend/gap_notes.h"
#include "shortlist/recommend/shown_predictions.h"
#include "shortlist/report/evaluation_text.h"
#include "shortlist/table/table_writer.h"

namespace shortlist {
namespace {

std::string as_table(const std::vector<std::string>& labels, const std::vector<float>& predictions) {
  TextTable table({"label", "predicted"});
  table.align_right(1);
  for (size_t t = 0; t < labels.size(); ++t) table.add({labels[t], metric_text(predictions[t])});
  return table.text();
}

std::string as_json(const Record& query, const Record& item, const std::vector<std::string>& labels,
                    const std::vector<float>& predictions) {
  Value::Table table;
  for (size_t t = 0; t < labels.size(); ++t)
    table.emplace_back(labels[t], Value(short_double(predictions[t])));
  const Value answer(Value::Table{{"query", record_value(query)},
                                  {"item", record_value(item)},
                                  {"predictions", Value(std::move(table))}});
  return dump_json_value_line(answer) + "\n";
}

void write_row(const std::vector<std::string>& labels, const std::vector<float>& predictions,
               const std::string& path, const std::string& format) {
  std::vector<OutputColumn> columns;
  for (const std::string& label : labels) columns.push_back({predicted_column(label), ColumnType::number});
  TableWriter writer(path, columns, format);
  for (float prediction : predictions) writer.number(short_double(prediction));
  writer.finish();
}

bool has_column(const std::vector<std::string>& columns, const std::string& name) {
  return std::ranges::find(columns, name) != columns.end();
}

// The item for a display text alone: the one with that text, or else a new item.
Record with_display(const Recommender& recommender, const std::pair<std::string, std::string>& name) {
  const std::string& id_column = recommender.id_column();
  if (const auto item = item_called(recommender, name.second)) {
    const std::string& id = recommender.item_id(*item);
    say("note: {} '{}' matches the {} '{}'", name.first, name.second, id_column, id);
    return {{id_column, id}};
  }
  const std::string others = ids_like(recommender, name.second);
  if (!has_column(recommender.item_columns(), name.first))
    throw usage_error("--item: no item alone has {} '{}'{}", name.first, name.second, others);
  say("note: no single item has {} '{}'{}; it is treated as a new item", name.first, name.second, others);
  return {name};
}

// A known item may be given by a prefix of its id or display text, without other columns. A display text with
// other columns describes a new item, and a note is printed if a known item has that text.
Record completed(const Recommender& recommender, Record given) {
  const std::string& id_column = recommender.id_column();
  const std::optional<size_t> display = recommender.display();
  const std::string name = display ? recommender.attribute_names()[*display] : "";
  if (given.size() == 1) {
    if (given[0].first == id_column) return {{id_column, complete_id(recommender, given[0].second)}};
    return !display || given[0].first != name ? given : with_display(recommender, given[0]);
  }
  for (const auto& [column, text] : given) {
    const auto item = display && column == name ? item_called(recommender, text) : std::nullopt;
    if (item)
      say("note: {} '{}' is the {} '{}', but with other columns it is treated as a new item", column, text,
          id_column, recommender.item_id(*item));
  }
  return given;
}

void predict_one(const Recommender& recommender, const PredictCommand& command) {
  const Record query = parse_record("--query", command.query),
               item = completed(recommender, parse_record("--item", command.item));
  std::vector<float> predictions = recommender.predict(query, item);
  if (!command.raw) clamp_to_labels(recommender.bundle(), predictions);
  for (const std::string& message : recommender.unseen(query)) say("note: {}", message);
  for (const std::string& note : notes_on_gaps(recommender, query)) say("note: {}", note);
  for (const std::string& message : recommender.unseen(item, Recommender::Side::item))
    say("note: {}", message);
  const std::vector<std::string> labels = recommender.labels();
  if (!command.out.empty())
    return write_row(labels, predictions, command.out, command.format == "json" ? "jsonl" : "");
  if (command.format == "csv") return write_row(labels, predictions, "-", "csv");
  print_data(command.format == "json" ? as_json(query, item, labels, predictions)
                                      : as_table(labels, predictions));
}

}  // namespace

void run(const PredictCommand& command) {
  const Recommender recommender = Recommender::load(command.bundle);
  if (!command.data.table.empty()) return predict_table(recommender, command);
  if (command.query.empty() || command.item.empty()) {
    throw usage_error(
        "predict: need --query column=value (columns: {}) and --item column=value (columns: {}), or "
        "--data TABLE",
        fmt::join(recommender.query_columns(), ", "), fmt::join(recommender.item_columns(), ", "));
  }
  predict_one(recommender, command);
}

}  // namespace shortlist
