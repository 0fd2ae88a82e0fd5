#include "shortlist/table/duckdb_api.h"

#include <dlfcn.h>
#include <link.h>

#include <filesystem>
#include <string>
#include <vector>

#include "shortlist/base/shared_library.h"

namespace shortlist {
namespace {

// The folder of the shared object that contains this code, such as Python's extension; "" in a program.
std::filesystem::path folder_of_shared_object() {
  Dl_info info;
  void* object = nullptr;
  const auto* here = reinterpret_cast<const void*>(&folder_of_shared_object);
  if (dladdr1(here, &info, &object, RTLD_DL_LINKMAP) == 0) return {};
  return std::filesystem::path(static_cast<const link_map*>(object)->l_name).parent_path();
}

// Places to search, most specific first.
std::vector<std::string> places() {
  std::vector<std::string> files;
  const std::filesystem::path shared_object = folder_of_shared_object();
  if (!shared_object.empty()) files.push_back((shared_object / "libduckdb.so").string());
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
