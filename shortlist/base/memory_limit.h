// A limit of the memory that a process may allocate.
#pragma once

#include <cstddef>
#include <string>

namespace shortlist {

// "4G", "1.5G", "300M", "64K" or a number of bytes; K, M and G are powers of 1024. Throws a usage Error with
// the name of the option.
size_t parse_bytes(const std::string& text, const char* option);
// "4.0G", "300M".
std::string binary_bytes_text(size_t bytes);

// While it exists, the process cannot have more private memory than this: allocations beyond it fail with
// std::bad_alloc (RLIMIT_DATA). Files that are mapped and shared, as those of SpillFolder, do not count; the
// system takes their pages back when memory is short. Nor do stacks and the program's own code.
class MemoryLimit {
 public:
  // Throws a usage Error if the process has more already, with the figure.
  explicit MemoryLimit(size_t bytes);
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;
  ~MemoryLimit();

 private:
  size_t before_;
};

// The private memory of the process, as MemoryLimit counts it, and the limit, or SIZE_MAX if there is none.
size_t private_memory();
size_t private_memory_limit();

}  // namespace shortlist
