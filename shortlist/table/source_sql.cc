#include "shortlist/table/source_sql.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iterator>

#include "shortlist/base/letter_case.h"
#include "shortlist/table/query_source.h"
#include "shortlist/table/sql_type.h"
#include "shortlist/table/time_format.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

enum class Format { text, parquet, json, json_lines };

// The extension that determines the format, without that of the compression: ".csv" for "a.CSV.gz".
std::string format_ending(const std::string& path) {
  fs::path file = path;
  if (file.extension() == ".gz" || file.extension() == ".zst") file = file.stem();
  return lower_case(file.extension().string());
}

Format format_of(const std::string& path) {
  const std::string ending = format_ending(path);
  if (ending == ".parquet") return Format::parquet;
  if (ending == ".json") return Format::json;
  return ending == ".jsonl" || ending == ".ndjson" ? Format::json_lines : Format::text;
}

bool is_pattern(const std::string& path) { return path.find_first_of("*?[") != path.npos; }

void check_file(const std::string& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error) && fs::file_size(path, error) == 0) {
    throw data_error("{}: the file is empty", path);
  }
}

// Ignores other files of a folder, such as _SUCCESS or a README.
bool is_data_file(const fs::path& path) {
  constexpr std::string_view kEndings[] = {".csv",     ".tsv",  ".txt",   ".data",  ".dat",
                                           ".parquet", ".json", ".jsonl", ".ndjson"};
  const std::string name = path.filename().string();
  if (name.starts_with('.') || name.starts_with('_')) return false;
  return std::ranges::find(kEndings, format_ending(name)) != std::end(kEndings);
}

std::vector<std::string> files_below(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code unreadable;  // of a link to nowhere, for example
    if (at->is_regular_file(unreadable) && is_data_file(at->path())) paths.push_back(at->path().string());
  }
  if (error) throw data_error("{}: {}", folder, error.message());
  if (paths.empty())
    throw data_error(
        "{}: the folder contains no table: no .csv, .tsv, .txt, .data, .dat, .parquet, .json, .jsonl or "
        ".ndjson file",
        folder);
  std::ranges::sort(paths);
  return paths;
}

std::vector<std::string> files_of_pattern(const Database& database, const std::string& pattern) {
  std::vector<std::string> paths;
  const ColumnInfo info{"file", ColumnType::text, "VARCHAR"};
  database.stream(fmt::format("SELECT file FROM glob({}) ORDER BY file", sql_text(pattern)), {&info, 1},
                  [&](const Chunk& chunk) {
                    for (std::string_view path : chunk.columns[0].texts) {
                      if (path.starts_with("./") && !pattern.starts_with("./")) path.remove_prefix(2);
                      paths.emplace_back(path);
                    }
                  });
  if (paths.empty()) throw data_error("no file matches {}", pattern);
  return paths;
}

SourceFiles find_files(const Database& database, const std::string& path) {
  std::error_code error;
  SourceFiles files;
  if (fs::is_directory(path, error)) {
    files = {files_below(path), true};
  } else if (fs::exists(path, error)) {
    files = {{path}, false};
  } else if (is_pattern(path)) {
    files = {files_of_pattern(database, path), true};
  } else {
    throw data_error("no such file: {}", path);
  }
  for (const std::string& file : files.paths) check_file(file);
  const auto other = std::ranges::find_if(
      files.paths, [&](const std::string& file) { return format_of(file) != format_of(files.paths[0]); });
  if (other != files.paths.end())
    throw data_error(
        "{}: contains files of several formats ({} and {}); select those of one format with a glob", path,
        files.paths[0], *other);
  return files;
}

OpenedSource open_files(const Database& database, const TableSource& source) {
  SourceFiles files = find_files(database, source.path);
  const Format format = format_of(files.paths[0]);
  if (format == Format::json || format == Format::json_lines)
    return open_json(database, files, format == Format::json_lines);
  if (format == Format::text) return open_text(database, source, files);
  return {.from = fmt::format("read_parquet({}, hive_partitioning={}, hive_types_autocast=false)",
                              paths_sql(files), files.several)};
}

// Converts a number in this decimal and thousands notation to plain digits. Text that does not match is
// unchanged, so that the error is found where the number is read.
std::string plain_number_sql(const TableSource& source, const std::string& text) {
  const auto escaped = [](const std::string& mark) { return "\\" + mark; };
  const std::string point = source.decimal.empty() ? "." : source.decimal;
  std::string pattern = "\\s*[+-]?", plain = text;
  if (source.thousands.empty()) {
    pattern += "\\d*";
  } else {
    pattern += fmt::format("(\\d*|\\d{{1,3}}({}\\d{{3}})+)", escaped(source.thousands));
    plain = fmt::format("replace({}, {}, '')", plain, sql_text(source.thousands));
  }
  pattern += fmt::format("({}\\d*)?([eE][+-]?\\d+)?\\s*", escaped(point));
  if (point != ".") plain = fmt::format("replace({}, {}, '.')", plain, sql_text(point));
  // With another decimal point, 1.5 is not a number: it may be a thousands separator or a mistake.
  const std::string otherwise =
      point == "."
          ? text
          : fmt::format("CASE WHEN TRY_CAST({0} AS DOUBLE) IS NOT NULL THEN '''' || {0} || '''' ELSE {0} END",
                        text);
  return fmt::format("CASE WHEN regexp_full_match({}, {}) THEN {} ELSE {} END", text, sql_text(pattern),
                     plain, otherwise);
}

// A format with only a date also reads dates that are followed by a clock.
std::string iso_time_sql(const TableSource& source, const std::string& text) {
  std::vector<std::string> formats = {sql_text(source.date_format)};
  const bool has_clock = std::ranges::any_of(std::string_view("HITXcs"), [&](char letter) {
    return source.date_format.find(std::string("%") + letter) != std::string::npos;
  });
  for (const char* clock : {" %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p"})
    if (!has_clock) formats.push_back(sql_text(source.date_format + clock));
  return fmt::format("coalesce(strftime(try_strptime({0}, [{1}]), '%Y-%m-%dT%H:%M:%S.%f'), {0})", text,
                     fmt::join(formats, ", "));
}

std::string text_sql(const TableSource& source, std::string text, ReadAs as) {
  if (!source.missing.empty() && !includes(as, ReadAs::written)) {
    std::vector<std::string> missing;
    for (const std::string& word : source.missing) missing.push_back(sql_text(word));
    text = fmt::format("CASE WHEN {0} IN ({1}) THEN NULL ELSE {0} END", text, fmt::join(missing, ", "));
  }
  const bool marks = !source.decimal.empty() || !source.thousands.empty();
  if (includes(as, ReadAs::number) && marks) return plain_number_sql(source, "(" + text + ")");
  if (includes(as, ReadAs::time) && !source.date_format.empty())
    return iso_time_sql(source, "(" + text + ")");
  return text;
}

void check_marks(const TableSource& source) {
  for (const auto& [name, mark] :
       {std::pair("decimal", source.decimal), std::pair("thousands", source.thousands)}) {
    const bool one = mark.size() <= 1 || mark == "\u00a0" || mark == "\u202f" || mark == "\u2019";
    if (!one || (!mark.empty() && std::isalnum(static_cast<unsigned char>(mark[0]))))
      throw usage_error("{}: got '{}', need one character such as ',', '.' or ' '", name, mark);
  }
  const std::string point = source.decimal.empty() ? "." : source.decimal;
  if (!source.thousands.empty() && point == source.thousands)
    throw usage_error("thousands: got '{}', which is also the decimal point", source.thousands);
  if (source.date_format.empty()) return;
  const std::string complaint = time_format_complaint(source.date_format);
  if (!complaint.empty()) throw usage_error("date_format: \"{}\" {}", source.date_format, complaint);
}

}  // namespace

OpenedSource open_source(const Database& database, const TableSource& source) {
  check_marks(source);
  if (source.rows != nullptr) {
    database.add_rows(source.rows);
    return {.from = "arrow_rows()"};
  }
  if (source.path.empty() == source.sql.empty()) throw usage_error("a table needs either a path or a query");
  if (!source.path.empty()) return open_files(database, source);
  return open_query(database, source);
}

std::vector<std::string> source_files(const TableSource& source) {
  if (source.path.empty()) return {};
  return find_files(Database(), source.path).paths;
}

bool is_text_file(const TableSource& source) {
  std::error_code error;
  return !source.path.empty() && !fs::is_directory(source.path, error) &&
         format_of(source.path) == Format::text;
}

std::vector<std::string> json_types(const TableSource& source) {
  const Database database;
  const SourceFiles files = find_files(database, source.path);
  return find_json_types(database, files, format_of(files.paths[0]) == Format::json_lines);
}

ColumnSql column_sql(const TableSource& source, const ColumnInfo& column, ReadAs as) {
  const std::string name = sql_name(column.name);
  const auto as_text = [&](const std::string& expression) {
    return ColumnSql{expression, {column.name, ColumnType::text, "VARCHAR"}};
  };
  if (column.sql_type == "VARCHAR") return as_text(text_sql(source, name, as));
  const bool exact_as_text = column.type == ColumnType::time || column.sql_type == "FLOAT";
  if (includes(as, ReadAs::written) || (includes(as, ReadAs::text) && exact_as_text))
    return as_text(fmt::format("({})::VARCHAR", name));
  return {select_as(name, column.sql_type), column};
}

}  // namespace shortlist
