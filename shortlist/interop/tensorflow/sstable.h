// leveldb's table format, in which TensorFlow keeps a checkpoint's index. A file is
//   data blocks | metaindex block | index block | footer
// footer    varint offset, size of the metaindex; the same of the index; zeros up to byte 40; u64 magic
// block     entries | u32 restart offsets | u32 their count | u8 type (0 plain, 1 snappy) | u32 masked
// CRC-32C
//           of all before
// entry     varint bytes shared with the last key, bytes that are not, bytes of the value | key | value
// The index maps a key not below any of a data block to its varint offset and size.
// https://github.com/google/leveldb/blob/main/doc/table_format.md
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shortlist {

using SstableEntries = std::vector<std::pair<std::string, std::string>>;

// All entries, keys strictly ascending by bytes. `path` is for messages. Throws a data Error for a file that
// is cut off, damaged, out of order or compressed, has a block without entries, or whose keys share so much
// that they would take far more memory than the file.
SstableEntries read_sstable(std::string_view content, const std::string& path);

// The file that holds the entries, whose keys must ascend strictly; plain blocks. Every so many-th key is
// stored whole.
std::string write_sstable(const SstableEntries& entries, size_t restart_interval = 16);

}  // namespace shortlist
