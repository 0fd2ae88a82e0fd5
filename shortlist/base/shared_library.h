// A library that is opened on first use, so that it adds nothing to startup time and may be missing.
#pragma once

#include <string>
#include <vector>

namespace shortlist {

// Where a file such as "libduckdb.so" may be, most specific first: the folder of the shared object that
// contains this code, such as Python's extension; the folders of `below`, relative to that of the program;
// and where the system looks.
std::vector<std::string> library_places(const std::string& file, const std::vector<std::string>& below);

class SharedLibrary {
 public:
  struct Wanted {
    std::string name;                // as used in a sentence: "DuckDB, which reads the tables,"
    std::string version;             // the version that has all functions: "DuckDB 1.4 or newer"
    const char* variable;            // environment variable: if set to a file, only that file is tried
    std::vector<std::string> files;  // paths, or names to search for; the first that opens is used
    std::string remedy;              // "Install it (Debian: apt install duckdb)"
  };

  // Opens the library until the program ends. Throws a failed Error that lists where it was searched for.
  explicit SharedLibrary(Wanted wanted);

  // Throws a failed Error if the library does not have the function.
  template <typename Function>
  void find(const char* name, Function& function) const {
    function = reinterpret_cast<Function>(find(name));
  }

 private:
  void* find(const char* name) const;

  Wanted wanted_;
  std::string file_;
  void* handle_ = nullptr;
};

}  // namespace shortlist
