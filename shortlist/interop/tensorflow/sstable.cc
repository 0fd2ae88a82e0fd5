#include "shortlist/interop/tensorflow/sstable.h"

#include <algorithm>

#include "shortlist/base/error.h"
#include "shortlist/io/crc32c.h"
#include "shortlist/io/wire_reader.h"

namespace shortlist {
namespace {

constexpr uint64_t kMagic = 0xdb4775248b80fb57;
constexpr size_t kFooterBytes = 48, kHandlesBytes = 40, kTrailerBytes = 5;
constexpr size_t kBlockBytes = 256 * 1024;
// Keys of a checkpoint share prefixes and are roughly ten times as long as their stored bytes.
constexpr uint64_t kMostExpansion = 64, kMostKeyBytes = uint64_t{1} << 30;

struct Handle {
  uint64_t offset = 0, size = 0;
};

class Reader {
 public:
  Reader(std::string_view content, const std::string& path) : content_(content), path_(path) {}

  SstableEntries read() const {
    SstableEntries entries;
    for (const auto& [last_key, handle] : entries_of(block(index_handle()))) {
      size_t at = 0;
      const size_t first = entries.size();
      for (auto& entry : entries_of(block(read_handle(handle, at)))) {
        if (!entries.empty() && entries.back().first >= entry.first) fail("keys are not in ascending order");
        entries.push_back(std::move(entry));
      }
      if (entries.size() == first) fail("a block without entries");
      if (entries.back().first > last_key) fail("the index does not fit its block");
    }
    return entries;
  }

 private:
  [[noreturn]] void fail(const char* what) const { throw data_error("{}: {}", path_, what); }

  uint64_t number(std::string_view data, size_t& at) const {
    uint64_t value = 0;
    if (!read_varint(data, at, value)) fail("a damaged number in a block");
    return value;
  }

  Handle read_handle(std::string_view data, size_t& at) const {
    Handle handle;
    handle.offset = number(data, at);
    handle.size = number(data, at);
    return handle;
  }

  Handle index_handle() const {
    if (content_.size() < kFooterBytes)
      throw data_error("{}: {} bytes, too short for a checkpoint's index", path_, content_.size());
    const std::string_view footer = content_.substr(content_.size() - kFooterBytes);
    if (read_u64(footer, kHandlesBytes) != kMagic)
      fail("not a checkpoint's index, or truncated: no magic number at its end");
    size_t at = 0;
    const std::string_view handles = footer.substr(0, kHandlesBytes);
    block(read_handle(handles, at));
    return read_handle(handles, at);
  }

  std::string_view block(Handle handle) const {
    const uint64_t end = content_.size() - kFooterBytes;
    if (handle.offset > end || end - handle.offset < kTrailerBytes ||
        handle.size > end - handle.offset - kTrailerBytes) {
      throw data_error("{}: a block of {} bytes at {} runs past the end", path_, handle.size, handle.offset);
    }
    const std::string_view checked = content_.substr(handle.offset, handle.size + 1);
    const uint32_t stored = read_u32(content_, handle.offset + handle.size + 1);
    if (!checksum_fits(bytes_of(checked), stored)) {
      throw data_error("{}: wrong checksum of the block at {}: the file is damaged", path_, handle.offset);
    }
    if (checked.back() == 1)
      fail("its blocks are compressed with snappy; save the checkpoint without compression");
    if (checked.back() != 0) fail("a block of unknown compression");
    return checked.substr(0, handle.size);
  }

  // Limits the total length of keys: shared prefixes could make a small file fill the memory.
  void count_key(uint64_t bytes) const {
    key_bytes_ += bytes;
    if (key_bytes_ > std::min(kMostExpansion * content_.size(), kMostKeyBytes))
      fail("its keys, decompressed, are far longer than the file");
  }

  SstableEntries entries_of(std::string_view block) const {
    if (block.size() < 4) fail("a block without restarts");
    const uint64_t restarts = read_u32(block, block.size() - 4);
    if (restarts > (block.size() - 4) / 4) fail("a block with more restarts than bytes");
    const std::string_view data = block.substr(0, block.size() - 4 - 4 * restarts);
    SstableEntries entries;
    for (size_t at = 0; at < data.size();) {
      const uint64_t shared = number(data, at), rest = number(data, at), value = number(data, at);
      const std::string_view last = entries.empty() ? std::string_view() : entries.back().first;
      if (shared > last.size()) fail("an entry shares more bytes with the last key than that has");
      if (rest > data.size() - at || value > data.size() - at - rest) fail("an entry runs past its block");
      count_key(shared + rest);
      std::string key(last.substr(0, shared));
      key += data.substr(at, rest);
      entries.emplace_back(std::move(key), data.substr(at + rest, value));
      at += rest + value;
    }
    return entries;
  }

  std::string_view content_;
  const std::string& path_;
  mutable uint64_t key_bytes_ = 0;
};

void put_varint(std::string& to, uint64_t value) {
  for (; value >= 128; value >>= 7) to += static_cast<char>(value | 128);
  to += static_cast<char>(value);
}

void put_little_endian(std::string& to, uint64_t value, int count) {
  for (int i = 0; i < count; ++i) to += static_cast<char>(value >> (8 * i));
}

class BlockWriter {
 public:
  explicit BlockWriter(size_t restart_interval) : restart_interval_(restart_interval) {}

  void add(std::string_view key, std::string_view value) {
    size_t shared = 0;
    if (count_++ % restart_interval_ == 0) {
      restarts_.push_back(data_.size());
    } else {
      while (shared < key.size() && shared < last_.size() && key[shared] == last_[shared]) ++shared;
    }
    put_varint(data_, shared);
    put_varint(data_, key.size() - shared);
    put_varint(data_, value.size());
    data_ += key.substr(shared);
    data_ += value;
    last_ = key;
  }
  size_t size() const { return data_.size(); }
  bool empty() const { return count_ == 0; }
  const std::string& last_key() const { return last_; }

  // Appends the block to the file. Returns its handle, encoded for an index.
  std::string finish(std::string& file) {
    if (restarts_.empty()) restarts_.push_back(0);
    for (size_t restart : restarts_) put_little_endian(data_, restart, 4);
    put_little_endian(data_, restarts_.size(), 4);
    std::string handle;
    put_varint(handle, file.size());
    put_varint(handle, data_.size());
    data_ += '\0';
    put_little_endian(data_, masked_crc32c(bytes_of(data_)), 4);
    file += data_;
    return handle;
  }

 private:
  size_t restart_interval_, count_ = 0;
  std::string data_, last_;
  std::vector<size_t> restarts_;
};

}  // namespace

SstableEntries read_sstable(std::string_view content, const std::string& path) {
  return Reader(content, path).read();
}

std::string write_sstable(const SstableEntries& entries, size_t restart_interval) {
  std::string file;
  BlockWriter index(1), block(restart_interval);
  const auto end_block = [&] {
    const std::string last = block.last_key();
    index.add(last, block.finish(file));
    block = BlockWriter(restart_interval);
  };
  for (size_t i = 0; i < entries.size(); ++i) {
    SHORTLIST_CHECK(i == 0 || entries[i - 1].first < entries[i].first);
    block.add(entries[i].first, entries[i].second);
    if (block.size() >= kBlockBytes) end_block();
  }
  if (!block.empty()) end_block();
  std::string footer = BlockWriter(restart_interval).finish(file);
  footer += index.finish(file);
  footer.resize(kHandlesBytes, '\0');
  put_little_endian(footer, kMagic, 8);
  return file + footer;
}

}  // namespace shortlist
