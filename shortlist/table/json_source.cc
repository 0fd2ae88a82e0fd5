#include <fcntl.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "shortlist/table/sql_type.h"
#include "shortlist/table/text_source.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool begins_with_mark(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char begin[3] = {};
  file.read(begin, sizeof begin);
  return file.gcount() == 3 && std::string_view(begin, 3) == kByteOrderMark;
}

// RFC 8259 allows only UTF-8. A text in UTF-16 or UTF-32 begins with a byte order mark or has a NUL among its
// first two bytes, since the first character of JSON is ASCII.
void check_encoding(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char begin[2] = {};
  file.read(begin, sizeof begin);
  if (file.gcount() < 2) return;
  const std::string_view bytes(begin, 2);
  if (bytes != "\xFF\xFE" && bytes != "\xFE\xFF" && bytes.find('\0') == bytes.npos) return;
  const bool high_byte_first = bytes[0] == '\0' || bytes == "\xFE\xFF";
  throw data_error("{0}: is UTF-16, but JSON needs UTF-8; convert it: iconv -f UTF-16{1} -t UTF-8 {0}", path,
                   high_byte_first ? "BE" : "LE");
}

// A temporary file without a name, which disappears when it is closed.
class NamelessFile {
 public:
  NamelessFile() {
    std::string name = (fs::temp_directory_path() / "shortlist-XXXXXX").string();
    descriptor_ = mkstemp(name.data());
    if (descriptor_ < 0) throw failed("cannot create a file in {}", fs::temp_directory_path().string());
    unlink(name.c_str());
  }
  NamelessFile(const NamelessFile&) = delete;
  ~NamelessFile() { close(descriptor_); }
  std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }
  void add(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
      if (written <= 0) throw failed("cannot write a copy in {}", fs::temp_directory_path().string());
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }

 private:
  int descriptor_ = -1;
};

using Copies = std::vector<std::unique_ptr<NamelessFile>>;

// DuckDB rejects a byte order mark before JSON, so such files are read from copies without it. Throws a data
// Error for a file that is not UTF-8.
void copy_marked(SourceFiles& files, Copies& copies) {
  for (std::string& path : files.paths) {
    check_encoding(path);
    if (!begins_with_mark(path)) continue;
    const NamelessFile& copy = *copies.emplace_back(std::make_unique<NamelessFile>());
    std::ifstream file(path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(kByteOrderMark.size()));
    std::vector<char> block(size_t{1} << 20);
    while (file.read(block.data(), static_cast<std::streamsize>(block.size())), file.gcount() > 0)
      copy.add({block.data(), static_cast<size_t>(file.gcount())});
    path = copy.path();
  }
}

bool is_compressed(const std::string& path) { return path.ends_with(".gz") || path.ends_with(".zst"); }

// The same for compressed files, which DuckDB reads as lines: it drops a mark before lines.
void copy_compressed(const Database& database, SourceFiles& files, Copies& copies) {
  for (std::string& path : files.paths) {
    if (!is_compressed(path)) continue;
    const NamelessFile& copy = *copies.emplace_back(std::make_unique<NamelessFile>());
    const ColumnInfo info{"line", ColumnType::text, "VARCHAR"};
    database.stream("SELECT line FROM " + lines_sql({}, {{path}, false}), {&info, 1},
                    [&](const Chunk& chunk) {
                      for (std::string_view line : chunk.columns[0].texts) {
                        copy.add(line);
                        copy.add("\n");
                      }
                    });
    path = copy.path();
  }
}

// The type to use for reading a column, given the type found from all its values.
std::string read_type(const std::string& found) {
  if (column_type(found) != ColumnType::list) return "VARCHAR";
  switch (column_type(element_type(found))) {
    case ColumnType::integer:
      return "BIGINT[]";
    case ColumnType::number:
      return "DOUBLE[]";
    default:
      return "VARCHAR[]";
  }
}

std::string common_sql(const SourceFiles& files, bool lines) {
  return fmt::format(
      "{}, format='{}', maximum_object_size={}, hive_partitioning={}, hive_types_autocast=false",
      paths_sql(files), lines ? "newline_delimited" : "auto", kLineBytes, files.several);
}

// The columns found from all rows, so that no later row has a new key, or a list where there was none.
std::vector<ColumnInfo> find_columns(const Database& database, const SourceFiles& files, bool lines) {
  return database.describe(
      fmt::format("SELECT * FROM read_json({}, sample_size=-1)", common_sql(files, lines)));
}

// The text after FROM.
std::string json_sql(const Database& database, const SourceFiles& files, bool lines) {
  std::vector<std::string> columns;
  for (const ColumnInfo& column : find_columns(database, files, lines))
    columns.push_back(fmt::format("{}: '{}'", sql_text(column.name), read_type(column.sql_type)));
  const std::string read =
      fmt::format("read_json({}, columns={{{}}})", common_sql(files, lines), fmt::join(columns, ", "));
  // A mark in a compressed file is detected only when the file is read.
  if (std::ranges::any_of(files.paths, is_compressed))
    database.run(fmt::format("SELECT 1 FROM {} LIMIT 1", read));
  return read;
}

}  // namespace

std::vector<std::string> find_json_types(const Database& database, const SourceFiles& files, bool lines) {
  SourceFiles unmarked = files;
  Copies copies;
  copy_marked(unmarked, copies);
  std::vector<std::string> types;
  for (const ColumnInfo& column : find_columns(database, unmarked, lines)) types.push_back(column.sql_type);
  return types;
}

OpenedSource open_json(const Database& database, const SourceFiles& files, bool lines) {
  OpenedSource opened;
  const auto copies = std::make_shared<Copies>();
  opened.kept = copies;
  SourceFiles unmarked = files;
  copy_marked(unmarked, *copies);
  try {
    opened.from = json_sql(database, unmarked, lines);
  } catch (const SqlError& error) {
    if (std::string_view(error.what()).find("byte order mark") == std::string_view::npos) throw;
    copy_compressed(database, unmarked, *copies);
    opened.from = json_sql(database, unmarked, lines);
  }
  return opened;
}

}  // namespace shortlist
