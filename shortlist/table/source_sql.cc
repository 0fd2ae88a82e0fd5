#include "shortlist/table/source_sql.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "shortlist/table/sql_type.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

// Lines of up to this size are read. DuckDB holds a few buffers of it.
constexpr size_t kLineBytes = size_t{16} << 20;
// Rows that tell a text file's types: enough that a surprise further on is rare, and read in a moment.
constexpr size_t kSampleRows = 100'000;

// The ending that tells the format, below that of the compression: ".csv" of "a.CSV.gz".
std::string format_ending(const std::string& path) {
  fs::path file = path;
  if (file.extension() == ".gz" || file.extension() == ".zst") file = file.stem();
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return ending;
}

bool is_pattern(const std::string& path) { return path.find_first_of("*?[") != path.npos; }

// So that DuckDB takes the name of a file that is there literally.
std::string without_pattern(const std::string& path) {
  std::string out;
  for (char c : path) {
    if (c == '*' || c == '?' || c == '[') {
      out += '[', out += c, out += ']';
    } else {
      out += c;
    }
  }
  return out;
}

bool is_several(const std::string& path) {
  std::error_code error;
  return is_pattern(path) && !fs::exists(path, error);
}

void check_file(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) throw data_error("{}: is a folder, need a file", path);
  if (fs::is_regular_file(path, error) && fs::file_size(path, error) == 0) {
    throw data_error("{}: the file is empty", path);
  }
}

// The path for DuckDB, after a look at the file system.
std::string checked_path(const std::string& path) {
  std::error_code error;
  if (fs::exists(path, error)) {
    check_file(path);
    return without_pattern(path);
  }
  if (!is_pattern(path)) throw data_error("no such file: {}", path);
  return path;
}

// Whatever the dialect is.
std::string fixed_text_options(const TableSource& source) {
  const std::string sizes =
      fmt::format("sample_size={}, max_line_size={}, buffer_size={}", kSampleRows, kLineBytes, kLineBytes);
  return source.encoding.empty() ? sizes : sizes + ", encoding=" + sql_text(source.encoding);
}

std::string text_options(const TableSource& source) {
  std::vector<std::string> options = {fixed_text_options(source)};
  if (!source.delimiter.empty()) options.push_back("delim=" + sql_text(source.delimiter));
  // Names are for a file that has none of its own.
  const std::optional<bool> header =
      source.header.has_value() || source.columns.empty() ? source.header : std::optional(false);
  if (header.has_value()) options.push_back(fmt::format("header={}", *header));
  if (!source.columns.empty()) {
    std::vector<std::string> names;
    for (const std::string& name : source.columns) names.push_back(sql_text(name));
    options.push_back(fmt::format("names=[{}]", fmt::join(names, ", ")));
  }
  return fmt::format("{}", fmt::join(options, ", "));
}

bool is_text(const std::string& ending) {
  return ending != ".parquet" && ending != ".json" && ending != ".jsonl" && ending != ".ndjson";
}

std::string file_sql(const TableSource& source) {
  const std::string path = sql_text(checked_path(source.path));
  const std::string ending = format_ending(source.path);
  // Folders like "run=3" are columns only where a pattern asks for several.
  const std::string common = fmt::format("{}, hive_partitioning={}", path, is_several(source.path));
  if (is_text(ending)) return fmt::format("read_csv({}, {})", common, text_options(source));
  if (ending == ".parquet") return fmt::format("read_parquet({})", common);
  return fmt::format("read_json({}, format='{}', sample_size={}, maximum_object_size={})", common,
                     ending == ".json" ? "auto" : "newline_delimited", kSampleRows, kLineBytes);
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
    text.replace(at, from.size(), to);
}

std::string query_sql(const TableSource& source) {
  std::string sql = source.sql;
  if (sql.find("{data}") != sql.npos && source.data.empty()) {
    throw usage_error("the query speaks of {{data}}, but no data was named");
  }
  const std::string data = sql_text(source.data);
  replace_all(sql, "{data}", data.substr(1, data.size() - 2));
  while (!sql.empty() && (std::isspace(static_cast<unsigned char>(sql.back())) || sql.back() == ';'))
    sql.pop_back();
  return fmt::format("(\n{}\n)", sql);  // on lines of its own: it may end in a comment
}

// ---- messages ----

// What stands between `before` and `after` in `text`; "" when it does not.
std::string between(const std::string& text, std::string_view before, std::string_view after) {
  const size_t begin = text.find(before);
  if (begin == text.npos) return "";
  const size_t end = text.find(after, begin + before.size());
  return end == text.npos ? "" : text.substr(begin + before.size(), end - begin - before.size());
}

std::string shortened(const std::string& text) {
  constexpr size_t kMostBytes = 60;
  if (text.size() <= kMostBytes) return text;
  size_t end = kMostBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return text.substr(0, end) + "...";
}

std::string needed(const std::string& sql_type) {
  switch (column_type(sql_type)) {
    case ColumnType::integer:
      return sql_type == "BOOLEAN" ? "true or false" : "a number";
    case ColumnType::number:
      return "a number";
    case ColumnType::time:
      return "a time";
    default:
      return "of type " + sql_type;
  }
}

std::string csv_complaint(const std::string& message) {
  const std::string column = between(message, "Error when converting column \"", "\"");
  if (!column.empty()) {
    const std::string value = between(message, "Could not convert string \"", "\" to '");
    const std::string type = between(message, "\" to '", "'");
    return fmt::format("column '{}': '{}' is not {}", column, shortened(value), needed(type));
  }
  if (message.find("not utf-8") != message.npos) {
    return "the text is not UTF-8; if it is an older western file, set encoding = \"latin-1\"";
  }
  const std::string expected = between(message, "Expected Number of Columns: ", " ");
  if (!expected.empty()) {
    return fmt::format("the row has {} columns, need {}", between(message, "Found: ", "\n"), expected);
  }
  if (message.find("Maximum line size") != message.npos) {
    return fmt::format("the line is longer than {} bytes", kLineBytes);
  }
  return "";
}

// "No files found" of "IO Error: No files found\n\nLINE 1: ...".
std::string first_line(std::string message) {
  const std::string wrapper = "closed pending query result\nError: ";  // around what went wrong in a thread
  if (const size_t at = message.find(wrapper); at != message.npos) message.erase(0, at + wrapper.size());
  const std::string line = message.substr(0, message.find('\n'));
  const size_t kind = line.find("Error: ");
  return kind == line.npos ? line : line.substr(kind + 7);
}

}  // namespace

std::string source_sql(const TableSource& source) {
  if (source.path.empty() == source.sql.empty()) throw usage_error("a table needs either a path or a query");
  return source.path.empty() ? query_sql(source) : file_sql(source);
}

std::optional<TextFile> text_file(const TableSource& source) {
  if (source.path.empty() || is_several(source.path) || !is_text(format_ending(source.path)))
    return std::nullopt;
  return TextFile{sql_text(checked_path(source.path)), text_options(source), fixed_text_options(source)};
}

Error source_error(const TableSource& source, const std::string& message) {
  if (message.find("No files found that match the pattern") != message.npos) {
    return data_error("no file matches {}", between(message, "pattern \"", "\""));
  }
  const std::string complaint = csv_complaint(message);
  if (complaint.empty()) return data_error("{}: {}", source.describe(), first_line(message));
  std::string file = between(message, "  file = ", "\n");
  if (file.empty()) file = source.describe();
  return data_error("{}:{}: {}", file, between(message, "CSV Error on Line: ", "\n"), complaint);
}

}  // namespace shortlist
