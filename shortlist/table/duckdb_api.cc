#include "shortlist/table/duckdb_api.h"

#include <dlfcn.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// Places to look, the most particular first.
std::vector<std::string> candidates() {
  if (const char* file = std::getenv("SHORTLIST_DUCKDB"); file != nullptr && *file != '\0') return {file};
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

void* open_library() {
  std::vector<std::string> looked;
  for (const std::string& file : candidates()) {
    if (void* library = dlopen(file.c_str(), RTLD_LAZY | RTLD_LOCAL)) return library;
    const char* reason = dlerror();
    const bool absent = file.find('/') == file.npos || !std::filesystem::exists(file);
    looked.push_back(absent ? file : fmt::format("{} ({})", file, reason));
  }
  throw failed(
      "DuckDB, which reads the tables, was not found. Looked for: {}. Put libduckdb.so (from "
      "https://duckdb.org/install, 'C/C++') beside the program, or name the file in the environment variable "
      "SHORTLIST_DUCKDB",
      fmt::join(looked, ", "));
}

template <typename Function>
void find_function(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw failed("libduckdb.so has no {}: need DuckDB 1.4 or newer", name);
}

DuckdbApi load() {
  void* library = open_library();
  DuckdbApi api;
#define SHORTLIST_FIND(name) find_function(library, "duckdb_" #name, api.name);
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
