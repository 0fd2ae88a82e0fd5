// Files: read whole, written completely or not at all. Every Error names the path and the system's reason, as
// in "cannot write model.safetensors: No space left on device". A failed read is a data Error, unless the
// system is out of descriptors or memory; a failed write is a failed Error. A program that should survive a
// file-size limit must ignore SIGXFSZ.
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

// Also reads a pipe or a device, up to 256 MiB.
std::string read_file(const std::string& path);

// The type of the file at the path, following links; file_type::not_found if there is none.
std::filesystem::file_type type_of_file(const std::string& path);

// Creates the folder and its parents; no error if it already exists.
void make_directories(const std::string& path);

// Makes renames and new names in the folder survive a power failure.
void sync_folder(const std::string& folder);

// A file that is written through a buffer. close() reports errors; the destructor writes what is buffered and
// ignores errors.
class OutputFile {
 public:
  // Truncates an existing file. Messages contain `shown` instead of the path if it is not empty.
  explicit OutputFile(const std::string& path, const std::string& shown = "");
  // Returns nullopt if the path exists.
  static std::optional<OutputFile> create_new(const std::string& path, const std::string& shown = "");
  // Appends to the file, which is created if missing.
  static OutputFile append(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  void write(Bytes bytes);
  void write(std::string_view text) { write(bytes_of(text)); }
  void flush();  // writes the buffer to the system
  void sync();   // flushes, then syncs to disk
  void close();

 private:
  OutputFile(int descriptor, std::string shown) : descriptor_(descriptor), shown_(std::move(shown)) {}
  bool write_now(Bytes bytes);

  int descriptor_;
  std::string shown_;
  std::vector<std::byte> buffer_;
};

// A file that appears under its name, complete and on disk, at commit(). Until then an existing file is
// untouched. A path that is not a regular file (a device, a pipe) is written directly.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  AtomicFile(AtomicFile&&) = delete;
  ~AtomicFile();  // without commit(): removes what was written

  void write(Bytes bytes) { file_->write(bytes); }
  void write(std::string_view text) { file_->write(text); }
  void commit();

 private:
  std::string path_, temporary_;  // temporary_ is empty if written directly
  std::optional<OutputFile> file_;
};

// An exclusive lock between processes, released when the object is destroyed or the process ends.
class FileLock {
 public:
  // Creates the file if missing. Returns nullopt if another process has the lock.
  static std::optional<FileLock> try_lock(const std::string& path);
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// Renames a written file to `path`, replacing an existing file. The file is complete and on disk before it
// appears.
void move_into_place(const std::string& written, const std::string& path);

void write_file_atomically(const std::string& path, Bytes bytes);
void write_file_atomically(const std::string& path, std::string_view text);

// Removes the temporary files left in this folder and below by writes that were killed. No other process may
// be writing there. Files that cannot be removed are left.
void remove_temporaries(const std::string& folder);

// The bytes of a whole regular file, copied to memory: later changes to the file do not affect them. Throws a
// data Error for anything else, such as a folder, a pipe or a device, and never blocks on one.
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
