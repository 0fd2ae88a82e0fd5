#include "shortlist/base/spill.h"

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>

#include "shortlist/base/error.h"
#include "shortlist/base/mapped_memory.h"

namespace shortlist {
namespace {

// The blocks in files. Nothing here may use operator new, which calls it.
struct Block {
  void* data;
  size_t bytes;
  Block* next;
};
constexpr size_t kLists = 1024, kPage = 4096;

struct Blocks {
  std::mutex mutex;
  Block* lists[kLists] = {};
  std::atomic<size_t> count = 0, bytes = 0, most_bytes = 0;
  std::atomic<bool> vectors = false, tables = false;
  char folder[4096] = {};
  bool replaced = false;
};
Blocks blocks;
thread_local bool makes_tables = false;

Block*& list_of(void* data) { return blocks.lists[reinterpret_cast<uintptr_t>(data) / kPage % kLists]; }

void add(Block* block) {
  const std::lock_guard lock(blocks.mutex);
  block->next = list_of(block->data);
  list_of(block->data) = block;
  ++blocks.count;
  const size_t bytes = blocks.bytes += block->bytes;
  if (bytes > blocks.most_bytes) blocks.most_bytes = bytes;
}

Block* take(void* data) {
  const std::lock_guard lock(blocks.mutex);
  for (Block** at = &list_of(data); *at != nullptr; at = &(*at)->next) {
    Block* const found = *at;
    if (found->data != data) continue;
    *at = found->next;
    --blocks.count;
    blocks.bytes -= found->bytes;
    return found;
  }
  return nullptr;
}

}  // namespace

SpillFailed::SpillFailed(int reason) noexcept {
  std::snprintf(message_, sizeof message_, "cannot keep data in %.300s: %s", blocks.folder,
                std::strerror(reason));
}

static void* make_block(size_t bytes) {
  auto* block = static_cast<Block*>(std::malloc(sizeof(Block)));
  if (block == nullptr) return nullptr;
  const size_t whole = (bytes + kPage - 1) / kPage * kPage;
  *block = {MappedMemory::map(blocks.folder, whole), whole, nullptr};
  if (block->data == nullptr) {
    const int reason = errno;
    std::free(block);
    throw SpillFailed(reason);
  }
  add(block);
  return block->data;
}

void* spill(size_t bytes) {
  if (bytes < kSpillBytes || !blocks.vectors.load(std::memory_order_acquire)) return nullptr;
  return make_block(bytes);
}

void* spill_table(size_t bytes) {
  if (!makes_tables || !blocks.tables.load(std::memory_order_acquire)) return nullptr;
  return make_block(bytes);
}

SpillTable::SpillTable(bool is_table) : before_(makes_tables) { makes_tables = is_table; }
SpillTable::~SpillTable() { makes_tables = before_; }

bool unspill(void* data) noexcept {
  if (blocks.count.load(std::memory_order_relaxed) == 0 || reinterpret_cast<uintptr_t>(data) % kPage != 0)
    return false;
  Block* const block = take(data);
  if (block == nullptr) return false;
  MappedMemory::unmap(block->data, block->bytes);
  std::free(block);
  return true;
}

bool can_spill() { return blocks.replaced; }
void set_can_spill() noexcept { blocks.replaced = true; }

SpillFolder::SpillFolder(const std::string& folder, Spilled what) {
  SHORTLIST_CHECK(!blocks.vectors && !blocks.tables);
  if (what.vectors && !can_spill())
    throw usage_error("only the program shortlist can keep rows in files, and it was not built to do so");
  if (folder.size() >= sizeof blocks.folder) throw usage_error("{}: the path is too long", folder);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw failed("cannot create the folder {}: {}", folder, error.message());
  const MappedMemory probe(folder, kPage);
  std::strcpy(blocks.folder, folder.c_str());
  blocks.most_bytes = blocks.bytes.load();
  blocks.vectors.store(what.vectors, std::memory_order_release);
  blocks.tables.store(what.tables, std::memory_order_release);
}

SpillFolder::~SpillFolder() {
  blocks.vectors = blocks.tables = false;
  std::error_code error;  // it may contain files of others
  std::filesystem::remove(blocks.folder, error);
}

size_t SpillFolder::bytes() { return blocks.bytes; }
size_t SpillFolder::most_bytes() { return blocks.most_bytes; }

}  // namespace shortlist
