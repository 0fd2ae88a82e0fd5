// leveldb's table format, which TensorFlow uses for a checkpoint's index. A file is
//   data blocks | metaindex block | index block | footer
// footer    varint offset and size of the metaindex; the same of the index; zeros up to byte 40; u64 magic
// block     entries | u32 restart offsets | u32 number of restarts | u8 type (0 plain, 1 snappy)
//           | u32 masked CRC-32C of everything before it
// entry     varint bytes shared with the previous key, unshared key bytes, value bytes | key | value
// The index maps a key that is >= all keys of a data block to the block's varint offset and size.
// https://github.com/google/leveldb/blob/main/doc/table_format.md
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shortlist {

using SstableEntries = std::vector<std::pair<std::string, std::string>>;

// All entries, with keys strictly ascending by bytes. `path` is for messages. Throws a data Error for a file
// that is truncated, damaged, out of order or compressed, that has a block without entries, or whose keys
// share so many bytes that they would need far more memory than the file.
SstableEntries read_sstable(std::string_view content, const std::string& path);

// The content of a file with these entries, whose keys must be strictly ascending. Blocks are not compressed.
// Every restart_interval-th key is stored in full.
std::string write_sstable(const SstableEntries& entries, size_t restart_interval = 16);

}  // namespace shortlist
