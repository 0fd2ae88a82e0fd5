#include "shortlist/config/table_config.h"

#include <algorithm>
#include <cctype>

namespace shortlist {
namespace {

// Whether the table is given as a query: the first word is SELECT or WITH, and more follows.
bool is_query(const std::string& text) {
  const size_t begin = std::min(text.find_first_not_of(" \t\r\n("), text.size());
  const size_t end = text.find_first_of(" \t\r\n", begin);
  if (end == std::string::npos) return false;
  std::string word = text.substr(begin, end - begin);
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::toupper(c); });
  return word == "SELECT" || word == "WITH";
}

}  // namespace

TableSource TableConfig::source() const {
  TableSource source;
  source.path = table;
  source.sql = sql;
  source.data = data;
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
