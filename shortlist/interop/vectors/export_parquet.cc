#include <algorithm>

#include "shortlist/interop/vectors/export_vectors.h"
#include "shortlist/table/table_writer.h"

namespace shortlist {
namespace {

std::vector<OutputColumn> columns_of(const Items& items) {
  std::vector<OutputColumn> columns = {{items.id_column, ColumnType::text}};
  for (const Attribute& attribute : items.attributes)
    columns.push_back({attribute.name, written_type(attribute)});
  columns.push_back({"embedding", ColumnType::list});
  for (auto column = columns.begin(); column != columns.end(); ++column) {
    if (std::find_if(columns.begin(), column,
                     [&](const OutputColumn& other) { return other.name == column->name; }) != column) {
      throw usage_error("parquet: two columns would have the name '{}'; remove it from items.attributes",
                        column->name);
    }
  }
  return columns;
}

}  // namespace

void export_parquet(const std::string& path, const ItemVectors& from) {
  const Items& items = from.items;
  const std::vector<OutputColumn> columns = columns_of(items);
  TableWriter writer(path, columns, "parquet");
  for (size_t i = 0; i < from.vectors.rows; ++i) {
    writer.text(items.ids[i]);
    for (size_t a = 0; a < items.attributes.size(); ++a)
      write_attribute(items.attributes[a], items.attributes[a].values[i], columns[a + 1].type, writer);
    writer.list(from.vectors.row_span(i));
  }
  writer.finish();
}

}  // namespace shortlist
