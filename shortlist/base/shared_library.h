// A library that is opened when it is first needed, so that no start pays for it and a machine may lack it.
#pragma once

#include <string>
#include <vector>

namespace shortlist {

class SharedLibrary {
 public:
  struct Wanted {
    std::string name;                // in a sentence: "DuckDB, which reads the tables,"
    std::string version;             // that has all functions: "DuckDB 1.4 or newer"
    const char* variable;            // of the environment: where it names a file, no other is tried
    std::vector<std::string> files;  // paths, or names that the system looks for; the first that opens
    std::string remedy;              // "Install it (Debian: apt install duckdb)"
  };

  // Opens it until the program ends. Throws a failed Error that says where it looked.
  explicit SharedLibrary(Wanted wanted);

  // Throws a failed Error where the library has no such function.
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
