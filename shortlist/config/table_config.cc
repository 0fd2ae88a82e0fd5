#include "shortlist/config/table_config.h"

namespace shortlist {

TableSource TableConfig::source() const {
  TableSource source;
  source.rows = rows;
  if (rows == nullptr) {
    source.path = table;
    source.sql = sql;
    source.data = data;
  }
  source.delimiter = delimiter;
  source.header = header;
  source.columns = columns;
  source.encoding = encoding;
  source.quote = quote;
  source.comment = comment;
  source.decimal = decimal;
  source.thousands = thousands;
  source.date_format = date_format;
  source.missing = missing;
  return source;
}

void TableConfig::use_table(const std::string& text) {
  if (sql.find("{data}") != std::string::npos) {
    data = text;
    return;
  }
  table.clear();
  sql.clear();
  (is_query(text) ? sql : table) = text;
}

}  // namespace shortlist
