#include "shortlist/table/output_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "shortlist/base/error.h"

namespace shortlist {

std::string unfinished_name(const std::string& path) {
  return fmt::format("{}.{}.unfinished", path, getpid());
}

void rename_finished(const std::string& unfinished, const std::string& path) {
  if (std::rename(unfinished.c_str(), path.c_str()) == 0) return;
  const int reason = errno;
  std::remove(unfinished.c_str());
  throw failed("cannot write {}: {}", path, std::strerror(reason));
}

OutputFile::OutputFile(const std::string& path) : path_(path) {
  if (path == "-") {
    path_ = "standard output";
    file_ = stdout;
    return;
  }
  unfinished_ = unfinished_name(path);
  file_ = std::fopen(unfinished_.c_str(), "wb");
  check(file_ != nullptr);
}

OutputFile::~OutputFile() {
  if (file_ != nullptr && file_ != stdout) {
    std::fclose(file_);
    std::remove(unfinished_.c_str());
  }
}

void OutputFile::check(bool well) {
  if (!well) throw failed("cannot write {}: {}", path_, std::strerror(errno));
}

void OutputFile::write(std::string_view text) {
  check(std::fwrite(text.data(), 1, text.size(), file_) == text.size());
}

void OutputFile::finish() {
  check(std::fflush(file_) == 0);
  if (file_ == stdout) return;
  check(fsync(fileno(file_)) == 0);
  const int closed = std::fclose(std::exchange(file_, nullptr));
  if (closed != 0) std::remove(unfinished_.c_str());
  check(closed == 0);
  rename_finished(unfinished_, path_);
}

}  // namespace shortlist
