#include <algorithm>

#include "shortlist/interop/export_vectors.h"
#include "shortlist/table/table_writer.h"

namespace shortlist {
namespace {

std::vector<OutputColumn> columns_of(const Items& items) {
  std::vector<OutputColumn> columns = {{items.id_column, ColumnType::text}};
  for (const std::string& name : items.attribute_names) columns.push_back({name, ColumnType::text});
  columns.push_back({"embedding", ColumnType::list});
  for (auto column = columns.begin(); column != columns.end(); ++column) {
    if (std::find_if(columns.begin(), column,
                     [&](const OutputColumn& other) { return other.name == column->name; }) != column) {
      throw usage_error("parquet: two columns would have the name '{}'; take it out of candidate.attributes",
                        column->name);
    }
  }
  return columns;
}

}  // namespace

void export_parquet(const std::string& path, const ItemVectors& from) {
  const Items& items = from.items;
  TableWriter writer(path, columns_of(items), "parquet");
  for (size_t i = 0; i < from.vectors.rows; ++i) {
    writer.text(items.ids[i]);
    for (const auto& attribute : items.attributes) {
      attribute[i].empty() ? writer.missing() : writer.text(attribute[i]);
    }
    writer.list(from.vectors.row_span(i));
  }
  writer.finish();
}

}  // namespace shortlist
