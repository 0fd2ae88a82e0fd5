#include "shortlist/cli/passed_columns.h"

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
  const bool parquet = format.empty() && out.ends_with(".parquet");
  PassedColumns passed;
  for (const ColumnInfo& column : table.columns()) {
    if (!wanted(column.name)) continue;
    const bool list = column.type == ColumnType::list && !parquet;
    passed.joined.push_back(list && column_type(element_type(column.sql_type)) == ColumnType::text);
    passed.requests.push_back({column.name, list ? ReadAs::stored : ReadAs::written});
    passed.columns.push_back({column.name,
                              list && !passed.joined.back() ? ColumnType::list : ColumnType::text,
                              parquet && column.sql_type != "VARCHAR" ? column.sql_type : ""});
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
