#include "shortlist/table/query_source.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "shortlist/base/error.h"
#include "shortlist/base/letter_case.h"
#include "shortlist/table/sql_type.h"

namespace shortlist {
namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// The position after the text, name or comment that begins at `at`, or after a single character.
size_t next_token(const std::string& sql, size_t at) {
  const auto behind = [&](std::string_view end, size_t from) {
    const size_t found = sql.find(end, from);
    return found == sql.npos ? sql.size() : found + end.size();
  };
  if (sql.compare(at, 2, "--") == 0) return behind("\n", at);
  if (sql.compare(at, 2, "/*") == 0) return behind("*/", at + 2);
  if (sql[at] == '\'' || sql[at] == '"') return behind(std::string_view(&sql[at], 1), at + 1);
  if (!is_name(sql[at])) return at + 1;
  while (at < sql.size() && is_name(sql[at])) ++at;
  return at;
}

bool reads_text(const std::string& name) {
  constexpr std::string_view kReaders[] = {"read_csv",       "read_csv_auto", "read_json",
                                           "read_json_auto", "read_ndjson",   "read_ndjson_auto"};
  return std::ranges::find(kReaders, name) != std::end(kReaders);
}

// The position of the bracket that closes the one at `open`; npos if there is none.
size_t closing(const std::string& sql, size_t open) {
  int depth = 0;
  for (size_t at = open; at < sql.size(); at = next_token(sql, at)) {
    if (sql[at] == '(') ++depth;
    if (sql[at] == ')' && --depth == 0) return at;
  }
  return sql.npos;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
    text.replace(at, from.size(), to);
}

}  // namespace

std::string with_whole_samples(const std::string& sql) {
  std::string out = sql;
  for (size_t at = 0; at < out.size();) {
    const size_t end = next_token(out, at);
    const std::string name = lower_case(out.substr(at, end - at));
    const size_t open = out.find_first_not_of(" \t\r\n", end);
    at = end;
    if (!reads_text(name) || open == out.npos || out[open] != '(') continue;
    const size_t close = closing(out, open);
    if (close == out.npos) continue;
    const std::string arguments = lower_case(out.substr(open, close - open));
    const bool said =
        arguments.find("sample_size") != arguments.npos || arguments.find("all_varchar") != arguments.npos;
    if (!said) out.insert(close, ", sample_size = -1");
    // The macro below replaces DuckDB's own read_csv_auto.
    const std::string_view automatic = "_auto";
    if (name == "read_csv_auto" || name == "read_json_auto") {
      at -= automatic.size();
      out.erase(at, automatic.size());
    }
  }
  return out;
}

OpenedSource open_query(const Database& database, const TableSource& source) {
  std::string sql = source.sql;
  if (sql.find("{data}") != sql.npos && source.data.empty()) {
    throw usage_error("the query contains {{data}}, but no data was given");
  }
  if (sql.starts_with("\xEF\xBB\xBF")) sql.erase(0, 3);
  const std::string data = sql_text(source.data);
  replace_all(sql, "{data}", data.substr(1, data.size() - 2));
  while (!sql.empty() && (std::isspace(static_cast<unsigned char>(sql.back())) || sql.back() == ';'))
    sql.pop_back();
  // FROM 'a.csv' calls this function.
  database.run("CREATE MACRO read_csv_auto(path) AS TABLE SELECT * FROM read_csv(path, sample_size = -1)");
  database.run("CREATE MACRO read_json_auto(path) AS TABLE SELECT * FROM read_json(path, sample_size = -1)");
  return {.from = fmt::format("(\n{}\n)",
                              with_whole_samples(sql))};  // on separate lines: it may end in a comment
}

}  // namespace shortlist
