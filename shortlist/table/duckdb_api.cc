#include "shortlist/table/duckdb_api.h"

#include <string>
#include <vector>

#include "shortlist/base/shared_library.h"

namespace shortlist {
namespace {

// Places to search, most specific first.
std::vector<std::string> places() {
  std::vector<std::string> files =
      library_places("libduckdb.so", {"", "../.deps/duckdb", "../lib/shortlist"});
#ifdef SHORTLIST_DUCKDB_DIR
  files.insert(files.end() - 1, SHORTLIST_DUCKDB_DIR "/libduckdb.so");
#endif
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
