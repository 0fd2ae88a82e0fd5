#include "shortlist/cli/table_options.h"

namespace shortlist {

TableSource TableOptions::source() const {
  DataConfig data;
  apply(data);
  return data.source();
}

void TableOptions::apply(DataConfig& data) const {
  if (!table.empty()) data.use_table(table);
  if (!delimiter.empty()) data.delimiter = delimiter == "\\t" ? "\t" : delimiter;
  if (header) data.header = header;
  if (!columns.empty()) data.columns = columns;
  if (!encoding.empty()) data.encoding = encoding;
}

}  // namespace shortlist
