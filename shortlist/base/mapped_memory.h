// Memory that is mapped to a file. The system keeps its pages in the page cache and writes them to disk when
// memory is short. The file has no name, so it is gone when the process ends, however it ends.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace shortlist {

class MappedMemory {
 public:
  MappedMemory() = default;
  // Zeros, aligned to pages. Reserves the space on disk. Throws a failed Error with the folder and the
  // system's reason if the folder cannot be written or the disk is full.
  MappedMemory(const std::string& folder, size_t bytes);
  MappedMemory(MappedMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  MappedMemory& operator=(MappedMemory&& other) noexcept;
  ~MappedMemory();

  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }

  // Gives the memory away, to be freed by unmap().
  void* release() { return std::exchange(data_, nullptr); }

  // The same without an object, for allocators: null on failure, with errno set.
  static void* map(const char* folder, size_t bytes) noexcept;
  static void unmap(void* data, size_t bytes) noexcept;

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace shortlist
