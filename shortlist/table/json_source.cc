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

// DuckDB refuses a byte order mark before JSON, so such a file is read from a copy without it, which has no
// name and is gone when nobody reads it any more.
class UnmarkedCopy {
 public:
  explicit UnmarkedCopy(const std::string& path) {
    std::string name = (fs::temp_directory_path() / "shortlist-XXXXXX").string();
    descriptor_ = mkstemp(name.data());
    if (descriptor_ < 0) throw failed("cannot make a file in {}", fs::temp_directory_path().string());
    unlink(name.c_str());
    std::ifstream file(path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(kByteOrderMark.size()));
    std::vector<char> block(size_t{1} << 20);
    while (file.read(block.data(), static_cast<std::streamsize>(block.size())), file.gcount() > 0)
      write_all({block.data(), static_cast<size_t>(file.gcount())});
  }
  UnmarkedCopy(const UnmarkedCopy&) = delete;
  ~UnmarkedCopy() { close(descriptor_); }
  std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

 private:
  void write_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
      if (written <= 0) {
        close(descriptor_);
        throw failed("cannot write a copy in {}", fs::temp_directory_path().string());
      }
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }
  int descriptor_ = -1;
};

// The type to read a column as which has this type by the look of all its values.
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

}  // namespace

OpenedSource open_json(const Database& database, const TableSource& source, const SourceFiles& files,
                       bool lines) {
  OpenedSource opened;
  SourceFiles unmarked = files;
  auto copies = std::make_shared<std::vector<std::unique_ptr<UnmarkedCopy>>>();
  for (std::string& path : unmarked.paths) {
    if (!begins_with_mark(path)) continue;
    copies->push_back(std::make_unique<UnmarkedCopy>(path));
    path = copies->back()->path();
  }
  opened.kept = copies;
  const std::string common =
      fmt::format("{}, format='{}', maximum_object_size={}, hive_partitioning={}, hive_types_autocast=false",
                  paths_sql(unmarked), lines ? "newline_delimited" : "auto", kLineBytes, files.several);
  // All rows are looked at, so that no later one has another key or a list where there was none.
  const std::string look =
      fmt::format("read_json({}, sample_size=-1, convert_strings_to_integers=false)", common);
  std::vector<std::string> columns;
  for (const ColumnInfo& column : database.describe("SELECT * FROM " + look))
    columns.push_back(fmt::format("{}: '{}'", sql_text(column.name), read_type(column.sql_type)));
  opened.from = fmt::format("read_json({}, columns={{{}}})", common, fmt::join(columns, ", "));
  return opened;
}

}  // namespace shortlist
