// Large data in mapped files (base/mapped_memory.h) instead of memory, while a SpillFolder exists. No result
// differs.
//
// Vectors: blocks of kSpillBytes or more that `new` and std::vector allocate. So the columns of a table, its
// encoded rows, labels and orders may be larger than memory. This needs a program whose operator new calls
// spill(): cli/spilling_new.cc.
//
// Tables: each Buffer that is made while a SpillTable exists, such as embeddings and the optimizer's state.
// Any other Buffer, and what other libraries allocate, is in memory.
#pragma once

#include <cstddef>
#include <new>
#include <string>

namespace shortlist {

inline constexpr size_t kSpillBytes = size_t{1} << 18;

struct Spilled {
  bool vectors = false, tables = false;
};

class SpillFolder {
 public:
  // Creates the folder, and removes it at the end if it is then empty. At most one exists at a time. Throws a
  // failed Error if no file can be mapped there, and a usage Error for vectors if can_spill() is false.
  SpillFolder(const std::string& folder, Spilled what);
  SpillFolder(const SpillFolder&) = delete;
  SpillFolder& operator=(const SpillFolder&) = delete;
  ~SpillFolder();

  // The bytes of all blocks that are now in files, and the most so far.
  static size_t bytes();
  static size_t most_bytes();
};

// Buffers that this thread makes while it exists are tables, if `is_table`.
class SpillTable {
 public:
  explicit SpillTable(bool is_table = true);
  SpillTable(const SpillTable&) = delete;
  SpillTable& operator=(const SpillTable&) = delete;
  ~SpillTable();

 private:
  const bool before_;
};

// Whether this program's operator new spills.
bool can_spill();

// With the folder and the system's reason.
class SpillFailed : public std::bad_alloc {
 public:
  explicit SpillFailed(int reason) noexcept;
  const char* what() const noexcept override { return message_; }

 private:
  char message_[512];
};

// For operator new and Buffer: zeros, aligned to pages, or null if the block belongs in memory. Throw
// SpillFailed.
void* spill(size_t bytes);
void* spill_table(size_t bytes);
// Frees such a block. Returns false for any other pointer.
bool unspill(void* data) noexcept;
void set_can_spill() noexcept;

}  // namespace shortlist
