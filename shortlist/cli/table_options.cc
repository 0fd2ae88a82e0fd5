#include "shortlist/cli/table_options.h"

#include "shortlist/base/error.h"

namespace shortlist {

TableSource TableOptions::source() const {
  TableConfig data;
  apply(data);
  return data.source();
}

TableSource TableOptions::source_like(const TableConfig& model) const {
  TableConfig data;
  data.decimal = model.decimal;
  data.thousands = model.thousands;
  data.date_format = model.date_format;
  data.missing = model.missing;
  apply(data);
  return data.source();
}

void TableOptions::apply(TableConfig& data) const {
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

namespace {

void use_side_table(const std::string& text, const char* section, SideTableConfig* side,
                    const std::string& config) {
  if (text.empty()) return;
  if (side == nullptr || !side->has_table())
    throw usage_error("--{0}: {1} has no table in [{0}] that this could replace", section, config);
  side->use_table(text);
}

}  // namespace

void ConfigTableOptions::apply(Config& config) const {
  data.apply(config.data);
  use_side_table(items, "items", &config.items, config.file);
  use_side_table(users, "users", config.users ? &*config.users : nullptr, config.file);
}

}  // namespace shortlist
