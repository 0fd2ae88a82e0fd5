// A text file that is there whole or not at all; or standard output.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace shortlist {

// A name beside `path`, for what becomes `path` once it is whole.
std::string unfinished_name(const std::string& path);
void rename_finished(const std::string& unfinished, const std::string& path);

class OutputFile {
 public:
  explicit OutputFile(const std::string& path);  // "-": standard output
  ~OutputFile();                                 // without finish(): the file is gone
  OutputFile(const OutputFile&) = delete;

  void write(std::string_view text);
  void finish();

 private:
  void check(bool well);
  std::string path_, unfinished_;
  std::FILE* file_ = nullptr;
};

}  // namespace shortlist
