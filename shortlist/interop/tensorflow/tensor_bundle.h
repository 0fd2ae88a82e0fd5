// TensorFlow's checkpoint format ("tensor bundle"): PREFIX.index is a sorted table from key to
// BundleEntryProto, and PREFIX.data-0000N-of-0000M contains the values, little-endian and row-major.
// Strings are stored as varint lengths | u32 masked CRC-32C of the lengths | bytes.
// https://github.com/tensorflow/tensorflow/tree/v2.15.1/tensorflow/core/util/tensor_bundle
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/io/file.h"

namespace shortlist {

// Values of TensorFlow's types.proto. Other types in a checkpoint are kept as numbers.
enum class BundleDType {
  float32 = 1,
  float64 = 2,
  int32 = 3,
  uint8 = 4,
  int16 = 5,
  int8 = 6,
  string = 7,
  int64 = 9,
  boolean = 10,
  bfloat16 = 14,
  float16 = 19,
  uint32 = 22,
  uint64 = 23,
};

// "float32 [64, 32]", for messages.
std::string describe_bundle_tensor(BundleDType dtype, const std::vector<int64_t>& shape);

struct BundleTensor {
  std::string key;
  BundleDType dtype = BundleDType::float32;
  std::vector<int64_t> shape;
  Bytes bytes;                       // not aligned; empty for strings
  std::vector<std::string> strings;  // values of a string tensor
  bool sliced = false;               // whether it is a partitioned variable, whose parts have other keys
};

// The prefix of the checkpoint at `path`, which is a prefix itself, a folder with files ".index" or
// "variables.index" or "variables/variables.index" (a SavedModel), or a folder whose file "checkpoint" names
// the newest. Throws a data Error if there is none.
std::string find_checkpoint(const std::string& path);

// A checkpoint in memory. Tensors are valid as long as this object. All sizes and checksums are verified when
// it is opened.
class TensorBundle {
 public:
  // Throws a data Error that names the file and the key.
  static TensorBundle open(const std::string& prefix);
  // The same from the contents of its files. `prefix` is for messages. The shards must outlive it.
  static TensorBundle from_memory(const std::string& prefix, std::string_view index,
                                  std::span<const Bytes> shards);

  const std::string& prefix() const { return prefix_; }
  const std::vector<BundleTensor>& tensors() const { return tensors_; }  // by key, ascending
  const BundleTensor* find(std::string_view key) const;
  // Throws a data Error if the tensor is missing, has another type, or is sliced.
  const BundleTensor& need(std::string_view key, BundleDType dtype) const;

 private:
  void read_entries(const std::vector<std::pair<std::string, std::string>>& entries,
                    std::span<const Bytes> shards);

  std::string prefix_;
  std::vector<FileBytes> shards_;
  std::vector<BundleTensor> tensors_;
};

// Writes one shard. Both files are written atomically, the index last. Tensors may be in any order; keys must
// be distinct.
void write_tensor_bundle(const std::string& prefix, std::vector<BundleTensor> tensors);

}  // namespace shortlist
