#include <fmt/ranges.h>

#include "shortlist/cli/commands.h"
#include "shortlist/cli/find_item.h"
#include "shortlist/cli/text_table.h"
#include "shortlist/cli/words.h"
#include "shortlist/io/json.h"
#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/recommend/gap_notes.h"
#include "shortlist/recommend/shown_predictions.h"
#include "shortlist/report/evaluation_text.h"
#include "shortlist/table/shard.h"
#include "shortlist/table/table_writer.h"

namespace shortlist {
namespace {

std::string as_table(const Recommender& recommender, const std::vector<Recommendation>& items,
                     size_t offset) {
  std::vector<std::string> header = {"rank", recommender.id_column()};
  const std::optional<size_t> display = recommender.display();
  if (display) header.push_back(recommender.attribute_names()[*display]);
  const size_t names_end = header.size();
  for (const std::string& label : recommender.labels()) header.push_back(predicted_column(label));
  if (recommender.has_retrieval()) header.push_back("score");
  const size_t numbers_end = header.size();
  const std::vector<size_t> others = other_attributes(recommender);
  for (const size_t a : others) header.push_back(recommender.attribute_names()[a]);
  TextTable table(header);
  table.align_right(0);
  for (size_t c = names_end; c < numbers_end; ++c) table.align_right(c);
  for (size_t i = 0; i < items.size(); ++i) {
    std::vector<std::string> cells = {std::to_string(offset + i + 1), recommender.item_id(items[i].item)};
    if (display) cells.push_back(recommender.attribute(*display, items[i].item));
    for (float prediction : items[i].predictions) cells.push_back(metric_text(prediction));
    if (recommender.has_retrieval()) cells.push_back(metric_text(items[i].score));
    for (const size_t a : others) cells.push_back(recommender.attribute(a, items[i].item));
    table.add(std::move(cells));
  }
  return table.text();
}

Value item_value(const Recommender& recommender, const Recommendation& item, size_t rank) {
  Value::Table predictions;
  const std::vector<std::string> labels = recommender.labels();
  for (size_t t = 0; t < labels.size(); ++t)
    predictions.emplace_back(labels[t], short_double(item.predictions[t]));
  Value::Table value = id_value(recommender, item.item, rank);
  value.emplace_back("score", recommender.has_retrieval() ? Value(short_double(item.score)) : Value());
  value.emplace_back("predictions", Value(std::move(predictions)));
  value.emplace_back("attributes", attributes_value(recommender, item.item));
  return Value(std::move(value));
}

std::string as_json(const Recommender& recommender, const Record& query,
                    const std::vector<Recommendation>& items, size_t offset, bool exact) {
  Value::Array array;
  for (size_t i = 0; i < items.size(); ++i)
    array.push_back(item_value(recommender, items[i], offset + i + 1));
  return dump_json_value_line(Value(Value::Table{
             {"query", record_value(query)}, {"items", Value(std::move(array))}, {"exact", exact}})) +
         "\n";
}

// CSV, or the format of the file's extension.
void write_rows(const Recommender& recommender, const std::vector<Recommendation>& items, size_t offset,
                const std::string& path, const std::string& format) {
  std::vector<OutputColumn> columns = {{"rank", ColumnType::integer},
                                       {recommender.id_column(), ColumnType::text}};
  for (const std::string& label : recommender.labels())
    columns.push_back({predicted_column(label), ColumnType::number});
  if (recommender.has_retrieval()) columns.push_back({"score", ColumnType::number});
  const size_t first = columns.size();
  for (const Attribute& attribute : recommender.attributes())
    columns.push_back({attribute.name, written_type(attribute)});
  TableWriter writer(path, columns, format);
  for (size_t i = 0; i < items.size(); ++i) {
    writer.integer(static_cast<int64_t>(offset + i + 1));
    writer.text(recommender.item_id(items[i].item));
    for (float prediction : items[i].predictions) writer.number(short_double(prediction));
    if (recommender.has_retrieval()) writer.number(short_double(items[i].score));
    for (size_t a = 0; a < recommender.attributes().size(); ++a) {
      const Attribute& attribute = recommender.attributes()[a];
      write_attribute(attribute, attribute.values[items[i].item], columns[first + a].type, writer);
    }
  }
  writer.finish();
}

void recommend_one(const Recommender& recommender, const RecommendCommand& command) {
  const Record query = parse_record("--query", command.query);
  RecommendOptions options = command.options();
  for (const std::string& note : recommender.notes(options.where)) say("note: {}", note);
  bool exact = true;
  options.exact = &exact;
  std::vector<Recommendation> items = recommender.recommend(query, options);
  clamp_to_labels(recommender.bundle(), items);
  const auto offset = static_cast<size_t>(command.offset);
  for (const std::string& message : recommender.unseen(query)) say("note: {}", message);
  for (const std::string& note : notes_on_gaps(recommender, query)) say("note: {}", note);
  if (items.size() < static_cast<size_t>(command.k)) {
    say("note: {} of {} items found: the catalogue, the conditions and the items that the user has seen "
        "leave no more",
        items.size(), command.k);
  }
  if (!command.out.empty() || command.format == "csv") {
    return write_rows(recommender, items, offset, command.out.empty() ? "-" : command.out,
                      command.format == "json"    ? "jsonl"
                      : command.format == "table" ? ""
                                                  : command.format);
  }
  print_data(command.format == "json" ? as_json(recommender, query, items, offset, exact)
                                      : as_table(recommender, items, offset));
}

// Completes ids. An id that no item has is probably a mistake.
std::vector<std::string> find_excluded(const Recommender& recommender,
                                       const std::vector<std::string>& exclude) {
  std::vector<std::string> ids;
  for (const std::string& text : exclude) {
    ids.push_back(complete_id(recommender, text));
    if (!recommender.find_item(ids.back()))
      say("note: --exclude: there is no {} '{}'{}", recommender.id_column(), text,
          ids_like(recommender, text));
  }
  return ids;
}

void check_shard(const RecommendCommand& command) {
  if (command.shard.empty()) return;
  Shard::parse(command.shard);
  if (command.out.empty()) throw usage_error("--shard: need --out, the folder for the answers");
  if (command.format == "table") throw usage_error("--format table is for a terminal, not for a folder");
}

}  // namespace

RecommendOptions RecommendCommand::options() const {
  RecommendOptions options{
      .k = k, .offset = offset, .retrieve = retrieve, .exclude = exclude, .order = order, .blend = blend};
  if (keep_seen) options.seen = SeenPolicy::keep;
  for (const std::string& condition : where) options.where.push_back(Condition::parse(condition));
  return options;
}

void run(const RecommendCommand& given) {
  given.options();  // rejects invalid conditions before the bundle is read
  check_shard(given);
  const Recommender recommender = Recommender::load(given.bundle);
  RecommendCommand command = given;
  command.exclude = find_excluded(recommender, given.exclude);
  if (!command.shard.empty()) return recommend_shard(recommender, command);
  if (!command.queries.table.empty()) return recommend_table(recommender, command);
  if (command.query.empty()) {
    throw usage_error("recommend: need --query column=value (columns: {}), or --queries TABLE",
                      fmt::join(recommender.query_columns(), ", "));
  }
  recommend_one(recommender, command);
}

}  // namespace shortlist
