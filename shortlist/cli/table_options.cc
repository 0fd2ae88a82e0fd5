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
  if (quote) data.quote = quote;
  if (!comment.empty()) data.comment = comment;
  if (!decimal.empty()) data.decimal = decimal;
  if (!thousands.empty()) data.thousands = thousands;
  if (!date_format.empty()) data.date_format = date_format;
  if (!missing.empty()) data.missing = missing;
}

}  // namespace shortlist
