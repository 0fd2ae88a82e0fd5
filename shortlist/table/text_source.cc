#include "shortlist/table/text_source.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/table/sql_type.h"
#include "shortlist/table/text_dialect.h"

namespace shortlist {
namespace {

// Number of lines from which the dialect is detected, and number of bytes that suffice.
constexpr size_t kDialectLines = 2'000;
constexpr size_t kDialectBytes = size_t{1} << 20;
constexpr size_t kLeastLines = 20;
constexpr const char* kUtf16 = "utf-16";

// Makes DuckDB take the name of an existing file literally.
std::string literal_path_sql(const std::string& path) {
  std::string out;
  for (char c : path) {
    if (c == '*' || c == '?' || c == '[') {
      out += '[', out += c, out += ']';
    } else {
      out += c;
    }
  }
  return sql_text(out);
}

std::string size_options(const TableSource& source) {
  const std::string sizes = fmt::format("max_line_size={0}, buffer_size={0}", kLineBytes);
  return source.encoding.empty() ? sizes : sizes + ", encoding=" + sql_text(source.encoding);
}

struct FirstLines {
  std::vector<std::string> lines;
  bool cut = false;
};

FirstLines first_lines(const Database& database, const TableSource& source, const std::string& path,
                       size_t most) {
  FirstLines first;
  size_t bytes = 0;
  const ColumnInfo info{"line", ColumnType::text, "VARCHAR"};
  database.stream(fmt::format("SELECT line FROM {} LIMIT {}", lines_sql(source, {{path}, false}), most),
                  {&info, 1}, [&](const Chunk& chunk) {
                    for (std::string_view line : chunk.columns[0].texts) {
                      if (first.lines.size() >= kLeastLines && bytes > kDialectBytes) break;
                      first.lines.emplace_back(line);
                      bytes += line.size();
                    }
                  });
  first.cut = first.lines.size() == most || bytes > kDialectBytes;
  return first;
}

// UTF-16 if a file begins with its byte order mark, otherwise "". The bytes are read as latin-1, because the
// file may be compressed.
std::string encoding_of_mark(const TableSource& source, const std::string& path) {
  TableSource bytes = source;
  bytes.encoding = "latin-1";
  FirstLines first;
  try {
    first = first_lines(Database(), bytes, path, 1);
  } catch (const SqlError&) {
    return "";
  }
  if (first.lines.empty()) return "";
  if (first.lines[0].starts_with("\u00ff\u00fe")) return kUtf16;
  if (!first.lines[0].starts_with("\u00fe\u00ff")) return "";
  throw data_error(
      "{0}: is UTF-16 with the high byte first, which cannot be read; convert it: iconv -f UTF-16 -t UTF-8 "
      "{0}",
      path);
}

// Sets the encoding if there is a byte order mark.
FirstLines read_first_lines(const Database& database, TableSource& source, const std::string& path) {
  try {
    return first_lines(database, source, path, kDialectLines);
  } catch (const SqlError&) {
    if (source.encoding.empty()) source.encoding = encoding_of_mark(source, path);
    if (source.encoding != kUtf16) throw;
  }
  return first_lines(database, source, path, kDialectLines);
}

std::string columns_sql(const std::vector<std::string>& names) {
  std::vector<std::string> columns;
  for (const std::string& name : names) columns.push_back(sql_text(name) + ": 'VARCHAR'");
  return fmt::format("columns={{{}}}", fmt::join(columns, ", "));
}

std::string text_list(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(sql_text(text));
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

std::string read_csv_sql(const TableSource& source, const SourceFiles& files, const TextDialect& dialect) {
  std::vector<std::string> missing = {""};
  missing.insert(missing.end(), source.missing.begin(), source.missing.end());
  std::vector<std::string> options = {
      "auto_detect=false",
      "delim=" + sql_text(dialect.delimiter),
      "quote=" + sql_text(dialect.quote),
      "escape=" + sql_text(dialect.escape),
      fmt::format("header={}", dialect.header),
      columns_sql(dialect.names),
      "nullstr=" + text_list(missing),
      size_options(source),
      fmt::format("hive_partitioning={}, hive_types_autocast=false", files.several)};
  if (!source.comment.empty()) options.push_back("comment=" + sql_text(source.comment));
  return fmt::format("read_csv({}, {})", paths_sql(files), fmt::join(options, ", "));
}

// Rows whose values are separated by runs of blanks, which read_csv does not support.
std::string split_blanks_sql(const TableSource& source, const SourceFiles& files,
                             const TextDialect& dialect) {
  std::vector<std::string> selected;
  for (size_t c = 0; c < dialect.names.size(); ++c) {
    std::string missing = "''";
    for (const std::string& text : source.missing) missing += ", " + sql_text(text);
    selected.push_back(fmt::format("CASE WHEN cells[{0}] IN ({1}) THEN NULL ELSE cells[{0}] END AS {2}",
                                   c + 1, missing, sql_name(dialect.names[c])));
  }
  std::string kept = "trim(line, ' \t') <> ''";
  if (!source.comment.empty())
    kept += fmt::format(" AND NOT starts_with(ltrim(line), {})", sql_text(source.comment));
  const std::string numbered =
      dialect.header ? fmt::format("(SELECT * FROM {} WHERE {} OFFSET 1)", lines_sql(source, files), kept)
                     : lines_sql(source, files);
  return fmt::format(
      "(SELECT {0} FROM (SELECT CASE WHEN len(list) = {1} THEN list ELSE error('Original Line: ' || line || "
      "'\nExpected Number of Columns: {1} Found: ' || len(list) || '\n') END AS cells FROM "
      "(SELECT line, regexp_split_to_array(trim(line, ' \t'), '[ \t]+') AS list FROM {2} WHERE {3})))",
      fmt::join(selected, ", "), dialect.names.size(), numbered, kept);
}

// read_csv matches the columns of several files by position, whatever their names are.
void check_same_names(const Database& database, const TableSource& source, const SourceFiles& files,
                      const TextDialect& dialect) {
  for (size_t f = 1; dialect.header && source.columns.empty() && f < files.paths.size(); ++f) {
    const FirstLines first = first_lines(database, source, files.paths[f], kLeastLines);
    const auto records = split_lines(first.lines, dialect, source.comment);
    if (records.empty()) continue;
    std::vector<std::string> names = records[0].values;
    if (names.size() + 1 == dialect.names.size()) names.push_back(dialect.names.back());
    if (names == dialect.names) continue;
    throw data_error(
        "{}: has the columns {}, but {} has {}: files that are read together need the same "
        "columns in the same order",
        files.paths[f], fmt::join(names, ", "), files.paths[0], fmt::join(dialect.names, ", "));
  }
}

// read_csv ends a value at the comment character anywhere outside quotes, which would cut "C#".
void check_comments(const Database& database, const TableSource& source, const SourceFiles& files,
                    const TextDialect& dialect) {
  if (source.comment.empty() || dialect.delimiter == kWhitespace) return;
  const ColumnInfo info{"line", ColumnType::text, "VARCHAR"};
  bool quoted = false;
  size_t number = 0;
  database.stream(fmt::format("SELECT line FROM {}", lines_sql(source, files)), {&info, 1},
                  [&](const Chunk& chunk) {
                    for (std::string_view line : chunk.columns[0].texts) {
                      ++number;
                      const size_t begin = line.find_first_not_of(" \t");
                      if (!quoted && begin != line.npos && line.substr(begin).starts_with(source.comment))
                        continue;
                      for (char c : line) {
                        if (!dialect.quote.empty() && c == dialect.quote[0]) quoted = !quoted;
                        if (quoted || c != source.comment[0]) continue;
                        throw data_error(
                            "{0}:{1}: '{2}' is within the line, but as the comment character (--comment, "
                            "comment in [data]) it may only begin a line, or be in quotes",
                            source.describe(), number, source.comment);
                      }
                    }
                  });
}

void check_options(const TableSource& source) {
  if (source.comment.size() > 1) throw usage_error("comment: got '{}', need one character", source.comment);
  if (source.quote && source.quote->size() > 1)
    throw usage_error("quote: got '{}', need one character, or none", *source.quote);
  if (source.delimiter.size() > 4 && source.delimiter != kWhitespace)
    throw usage_error("delimiter: got '{}', need up to four bytes, or \"whitespace\" for any run of blanks",
                      source.delimiter);
}

}  // namespace

std::string paths_sql(const SourceFiles& files) {
  std::vector<std::string> paths;
  for (const std::string& path : files.paths) paths.push_back(literal_path_sql(path));
  return paths.size() == 1 ? paths[0] : fmt::format("[{}]", fmt::join(paths, ", "));
}

// A line break within quotes may differ from that between rows, which only non-strict mode accepts.
std::string lines_sql(const TableSource& source, const SourceFiles& files) {
  return fmt::format(
      "read_csv({}, auto_detect=false, delim='\x01', quote='', escape='', header=false, "
      "columns={{'line': 'VARCHAR'}}, hive_partitioning=false, strict_mode=false, {})",
      paths_sql(files), size_options(source));
}

OpenedSource open_text(const Database& database, const TableSource& given, const SourceFiles& files) {
  check_options(given);
  TableSource source = given;
  const FirstLines first = read_first_lines(database, source, files.paths[0]);
  const TextDialect dialect = find_dialect(source, first.lines, first.cut);
  if (dialect.delimiter == kWhitespace && dialect.header && files.paths.size() > 1)
    throw data_error(
        "{}: several files whose values are separated by blanks need --no-header (header = false in [data]), "
        "because only the first line of the first file would be read as names",
        source.describe());
  check_same_names(database, source, files, dialect);
  check_comments(database, source, files, dialect);
  OpenedSource opened;
  opened.from = dialect.delimiter == kWhitespace ? split_blanks_sql(source, files, dialect)
                                                 : read_csv_sql(source, files, dialect);
  if (!dialect.note.empty()) opened.notes.push_back(dialect.note);
  return opened;
}

}  // namespace shortlist
