// Files: read whole, written in one piece or not at all. Every Error names the path and the machine's
// reason, as in "cannot write model.safetensors: No space left on device"; what cannot be read is of the kind
// data, unless the machine is out of descriptors or memory; what cannot be written is of the kind failed. A
// program that should survive a file-size limit must ignore SIGXFSZ.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shortlist {

using Bytes = std::span<const std::byte>;

inline Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

// A pipe or a device may be read too, up to 256 MiB.
std::string read_file(const std::string& path);

// The type of the file at the path, links followed; file_type::not_found if there is none.
std::filesystem::file_type type_of_file(const std::string& path);

// Makes the folder and those above it; no error when it is there already.
void make_directories(const std::string& path);

// Makes renames and new names in the folder survive a power cut.
void sync_folder(const std::string& folder);

// A file being written through a buffer. close() tells of errors; the destructor writes what is buffered and
// stays silent.
class OutputFile {
 public:
  // Empties a file that is there. Messages name `shown` when it is given.
  explicit OutputFile(const std::string& path, const std::string& shown = "");
  // None when the path exists.
  static std::optional<OutputFile> create_new(const std::string& path, const std::string& shown = "");
  // Goes on at the end of the file, which is made when absent.
  static OutputFile append(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  void write(Bytes bytes);
  void write(std::string_view text) { write(bytes_of(text)); }
  void flush();  // hands everything to the system
  void sync();   // flush, then to the disk
  void close();

 private:
  OutputFile(int descriptor, std::string shown) : descriptor_(descriptor), shown_(std::move(shown)) {}
  bool write_now(Bytes bytes);

  int descriptor_;
  std::string shown_;
  std::vector<std::byte> buffer_;
};

// A file that appears under its name, whole and on disk, at commit(), and until then leaves what was there
// untouched. A path that is no regular file (a device, a pipe) is written straight through.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  AtomicFile(AtomicFile&&) = delete;
  ~AtomicFile();  // without commit(): removes what was written

  void write(Bytes bytes) { file_->write(bytes); }
  void write(std::string_view text) { file_->write(text); }
  void commit();

 private:
  std::string path_, temporary_;  // no temporary when written straight through
  std::optional<OutputFile> file_;
};

// Keeps other processes from what a file stands for, as long as it lives or the process does.
class FileLock {
 public:
  // Makes the file when absent. None when another holds it.
  static std::optional<FileLock> try_lock(const std::string& path);
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// Gives a written file its name: whole and on disk, in place of what may stand there.
void move_into_place(const std::string& written, const std::string& path);

void write_file_atomically(const std::string& path, Bytes bytes);
void write_file_atomically(const std::string& path, std::string_view text);

// Removes the temporary files that writes into this folder, or a folder below it, left when they were killed.
// Nobody may be writing there. What cannot be removed stays.
void remove_temporaries(const std::string& folder);

// The bytes of a whole regular file, in memory of their own: nothing that happens to the file later changes
// them. Throws a data Error for anything else, such as a folder, a pipe or a device, and never waits for one.
class FileBytes {
 public:
  FileBytes() = default;
  explicit FileBytes(const std::string& path);

  Bytes bytes() const { return {bytes_.get(), size_}; }  // aligned to 64 bytes
  std::string_view text() const { return {reinterpret_cast<const char*>(bytes_.get()), size_}; }

 private:
  struct Free {
    void operator()(std::byte* bytes) const { std::free(bytes); }
  };
  std::unique_ptr<std::byte[], Free> bytes_;
  size_t size_ = 0;
};

}  // namespace shortlist
