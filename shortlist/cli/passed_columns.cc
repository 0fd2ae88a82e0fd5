#include "shortlist/cli/passed_columns.h"

#include "shortlist/table/json_columns.h"
#include "shortlist/table/sql_type.h"

namespace shortlist {
namespace {

Column joined(const Column& list, std::deque<std::string>& memory) {
  Column column;
  column.rows = list.rows;
  column.missing = list.missing;
  for (size_t row = 0; row < list.rows; ++row) {
    std::string& text = memory.emplace_back();
    for (uint32_t e = list.offsets[row]; e < list.offsets[row + 1]; ++e) {
      text += (text.empty() ? "" : ", ") + std::string(list.elements->texts[e]);
    }
    column.texts.push_back(text);
  }
  return column;
}

}  // namespace

PassedColumns passed_columns(const Table& table, const std::string& format, const std::string& out,
                             const std::function<bool(const std::string& name)>& wanted) {
  const bool parquet = format.empty() && format_of_output(out) == "parquet";
  const bool json = format == "json" || (format.empty() && format_of_output(out) == "jsonl");
  const std::vector<bool> raw = json ? columns_of_raw_json(table) : std::vector<bool>(table.columns().size());
  PassedColumns passed;
  for (size_t c = 0; c < raw.size(); ++c) {
    const ColumnInfo& column = table.columns()[c];
    if (!wanted(column.name)) continue;
    const bool list = column.type == ColumnType::list && !parquet;
    passed.joined.push_back(list && column_type(element_type(column.sql_type)) == ColumnType::text);
    passed.requests.push_back({column.name, list ? ReadAs::stored : ReadAs::written});
    OutputColumn& output = passed.columns.emplace_back();
    output.name = column.name;
    if (list && !passed.joined.back()) output.type = ColumnType::list;
    output.raw = raw[c];
    if (parquet && column.sql_type != "VARCHAR") output.sql_type = column.sql_type;
  }
  return passed;
}

std::vector<Column> take_passed(const PassedColumns& passed, const Chunk& chunk,
                                std::deque<std::string>& memory) {
  const size_t first = chunk.columns.size() - passed.requests.size();
  std::vector<Column> columns;
  for (size_t c = 0; c < passed.requests.size(); ++c) {
    const Column& column = chunk.columns[first + c];
    columns.push_back(passed.joined[c] ? joined(column, memory) : column);
  }
  return columns;
}

}  // namespace shortlist
