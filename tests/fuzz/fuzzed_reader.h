// What every fuzzed reader holds to: an input is read, or refused with an Error in words of our own.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "shortlist/base/error.h"
#include "shortlist/base/function_ref.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {

// Parts of messages that libraries wrote for programmers.
constexpr std::string_view kRawTexts[] = {"json.exception", "filesystem error", "basic_string", "vector::",
                                          "std::",          "bad_alloc",        "INTERNAL",     "map::at"};

// Returns whether the input was read. Ends the program where the message is empty or another library's, and
// not a part of the input.
inline bool read_or_refuse(std::string_view input, FunctionRef<void()> read) {
  try {
    read();
    return true;
  } catch (const Error& error) {
    bool raw = error.message().empty();
    for (std::string_view text : kRawTexts)
      raw = raw || (error.message().find(text) != std::string::npos && input.find(text) == input.npos);
    if (raw) {
      std::fprintf(stderr, "a raw message: %s\n", error.message().c_str());
      std::abort();
    }
    return false;
  }
}

// Not synced, unlike what the program writes.
inline void write_quickly(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
}

// A file of a fuzzer's own, written anew for each input.
class FuzzedFile {
 public:
  explicit FuzzedFile(const std::string& name) : path_(folder_ / name) {}
  const std::string& write(std::string_view content) const {
    write_quickly(path_, content);
    return path_;
  }

 private:
  TemporaryFolder folder_;
  std::string path_;
};

}  // namespace shortlist
