#include "shortlist/table/duckdb_api.h"

#include <filesystem>
#include <string>
#include <vector>

#include "shortlist/base/shared_library.h"

namespace shortlist {
namespace {

// Places to search, most specific first.
std::vector<std::string> places() {
  std::vector<std::string> files;
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  if (!error) {
    for (const char* below : {"", "../.deps/duckdb", "../lib/shortlist"}) {
      files.push_back((folder / below / "libduckdb.so").lexically_normal().string());
    }
  }
#ifdef SHORTLIST_DUCKDB_DIR
  files.push_back(SHORTLIST_DUCKDB_DIR "/libduckdb.so");
#endif
  files.push_back("libduckdb.so");
  return files;
}

DuckdbApi load() {
  const SharedLibrary library(
      {.name = "DuckDB, which reads the tables,",
       .version = "DuckDB 1.4 or newer",
       .variable = "SHORTLIST_DUCKDB",
       .files = places(),
       .remedy = "Put libduckdb.so (from https://duckdb.org/install, 'C/C++') next to the program, or name "
                 "the file in the environment variable SHORTLIST_DUCKDB"});
  DuckdbApi api;
#define SHORTLIST_FIND(name) library.find("duckdb_" #name, api.name);
  SHORTLIST_DUCKDB_FUNCTIONS(SHORTLIST_FIND)
#undef SHORTLIST_FIND
  return api;
}

}  // namespace

const DuckdbApi& duckdb_api() {
  static const DuckdbApi api = load();
  return api;
}

}  // namespace shortlist
