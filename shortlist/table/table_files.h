// For the tests of this module: a folder of small files, and the real data.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace shortlist {

// Deleted at the end of the test.
class FileFolder {
 public:
  FileFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "shortlist-table-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~FileFolder() { std::filesystem::remove_all(path_); }
  FileFolder(const FileFolder&) = delete;

  std::string path(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, std::string_view text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

// A file of the real data, in $SHORTLIST_DATA or next to the repository; "" if missing.
inline std::string real_data(const std::string& name) {
  const char* folder = std::getenv("SHORTLIST_DATA");
  const std::string path = std::string(folder != nullptr ? folder : "../shared/data") + "/" + name;
  return std::filesystem::exists(path) ? path : "";
}

}  // namespace shortlist

#define SHORTLIST_REAL_DATA(variable, name)                  \
  const std::string variable = ::shortlist::real_data(name); \
  if (variable.empty()) GTEST_SKIP() << "needs " << name << " (set SHORTLIST_DATA)"
