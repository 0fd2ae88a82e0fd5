#include "shortlist/cli/commands.h"
#include "shortlist/cli/find_item.h"
#include "shortlist/cli/text_table.h"
#include "shortlist/cli/words.h"
#include "shortlist/io/json.h"
#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/report/evaluation_text.h"
#include "shortlist/table/table_writer.h"

namespace shortlist {
namespace {

uint32_t find_item(const Recommender& recommender, const std::string& text) {
  if (const auto item = recommender.find_item(complete_id(recommender, text))) return *item;
  throw usage_error("the catalogue has no {} '{}'{}", recommender.id_column(), text,
                    ids_like(recommender, text));
}

std::string as_table(const Recommender& recommender, const std::vector<SimilarItem>& items) {
  std::vector<std::string> header = {"rank", recommender.id_column()};
  const std::optional<size_t> display = recommender.display();
  if (display) header.push_back(recommender.attribute_names()[*display]);
  header.push_back("similarity");
  const size_t numbers_end = header.size();
  for (size_t a = 0; a < recommender.attribute_names().size(); ++a) {
    if (a != display) header.push_back(recommender.attribute_names()[a]);
  }
  TextTable table(header);
  table.align_right(0);
  table.align_right(numbers_end - 1);
  for (size_t i = 0; i < items.size(); ++i) {
    std::vector<std::string> cells = {std::to_string(i + 1), recommender.item_id(items[i].item)};
    if (display) cells.push_back(recommender.attribute(*display, items[i].item));
    cells.push_back(metric_text(items[i].similarity));
    for (size_t a = 0; a < recommender.attribute_names().size(); ++a) {
      if (a != display) cells.push_back(recommender.attribute(a, items[i].item));
    }
    table.add(std::move(cells));
  }
  return table.text();
}

std::string as_json(const Recommender& recommender, const std::string& id, Similarity by,
                    const std::vector<SimilarItem>& items) {
  Value::Array array;
  for (size_t i = 0; i < items.size(); ++i) {
    Value::Table item = id_value(recommender, items[i].item, i + 1);
    item.emplace_back("similarity", items[i].similarity);
    item.emplace_back("attributes", attributes_value(recommender, items[i].item));
    array.push_back(Value(std::move(item)));
  }
  const Value answer(
      Value::Table{{"item", id}, {"by", std::string(enum_name(by))}, {"items", Value(std::move(array))}});
  return dump_json_value_line(answer) + "\n";
}

void print_csv(const Recommender& recommender, const std::vector<SimilarItem>& items) {
  std::vector<OutputColumn> columns = {{"rank", ColumnType::integer},
                                       {recommender.id_column(), ColumnType::text},
                                       {"similarity", ColumnType::number}};
  const size_t first = columns.size();
  for (const Attribute& attribute : recommender.attributes())
    columns.push_back({attribute.name, written_type(attribute)});
  TableWriter writer("-", columns);
  for (size_t i = 0; i < items.size(); ++i) {
    writer.integer(static_cast<int64_t>(i + 1));
    writer.text(recommender.item_id(items[i].item));
    writer.number(items[i].similarity);
    for (size_t a = 0; a < recommender.attributes().size(); ++a) {
      const Attribute& attribute = recommender.attributes()[a];
      write_attribute(attribute, attribute.values[items[i].item], columns[first + a].type, writer);
    }
  }
  writer.finish();
}

}  // namespace

void run(const SimilarCommand& command) {
  const Recommender recommender = Recommender::load(command.bundle);
  const uint32_t item = find_item(recommender, command.item);
  const auto items = recommender.similar(item, command.by, command.k);
  if (command.format == "csv") return print_csv(recommender, items);
  print_data(command.format == "json" ? as_json(recommender, recommender.item_id(item), command.by, items)
                                      : as_table(recommender, items));
}

}  // namespace shortlist
