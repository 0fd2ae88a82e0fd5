// Named tensors in one file, in the safetensors format, which every framework can read:
// u64 little-endian N | N bytes of JSON | data, row-major, little-endian, without gaps.
// JSON: {"__metadata__": {text: text}, "name": {"dtype", "shape", "data_offsets": [begin, end]}}.
// https://github.com/huggingface/safetensors
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/base/error.h"
#include "shortlist/io/file.h"

namespace shortlist {

enum class DType { BOOL, U8, I8, I16, U16, F16, BF16, I32, U32, F32, I64, U64, F64 };

std::string_view dtype_name(DType dtype);
size_t dtype_bytes(DType dtype);

template <typename T>
constexpr DType dtype_of();
template <>
constexpr DType dtype_of<float>() {
  return DType::F32;
}
template <>
constexpr DType dtype_of<int32_t>() {
  return DType::I32;
}
template <>
constexpr DType dtype_of<int64_t>() {
  return DType::I64;
}
template <>
constexpr DType dtype_of<uint8_t>() {
  return DType::U8;
}
template <>
constexpr DType dtype_of<uint32_t>() {
  return DType::U32;
}
template <>
constexpr DType dtype_of<uint64_t>() {
  return DType::U64;
}
template <>
constexpr DType dtype_of<double>() {
  return DType::F64;
}

// A view of a tensor; does not own the bytes.
struct TensorView {
  std::string name;
  DType dtype = DType::F32;
  std::vector<size_t> shape;
  Bytes bytes;

  // The values; T must be the type of `dtype`.
  template <typename T>
  std::span<const T> values() const {
    SHORTLIST_CHECK(dtype == dtype_of<T>());
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  std::span<const float> floats() const { return values<float>(); }
};

// `values` must have as many elements as the shape.
template <typename T>
TensorView tensor_view(std::string name, std::vector<size_t> shape, std::span<const T> values) {
  return {std::move(name), dtype_of<T>(), std::move(shape), std::as_bytes(values)};
}

// "F32 [3, 4]", for messages.
std::string describe_tensor(DType dtype, std::span<const size_t> shape);

using Metadata = std::map<std::string, std::string>;

// Writes atomically, in the given order; equal input gives equal bytes. The data start at a multiple of 64 in
// the file, so a float tensor that is preceded only by 4- and 8-byte types is aligned in memory.
void write_safetensors(const std::string& path, std::span<const TensorView> tensors,
                       const Metadata& metadata = {});
// The same with a checksum in the metadata: "sha256" of all bytes of the file, with zeros in place of its
// digits.
void write_checked_safetensors(const std::string& path, std::span<const TensorView> tensors,
                               const Metadata& metadata);

// A file in memory; its views are valid as long as it exists. Every value is aligned for its type: tensors
// that are not aligned in the file are copied.
class SafetensorsFile {
 public:
  // Throws a data Error that names the file and the tensor if the format is violated.
  static SafetensorsFile open(const std::string& path) { return parse(FileBytes(path), path); }
  static SafetensorsFile parse(FileBytes bytes, const std::string& path);

  // Throws a data Error unless the file has a checksum of write_checked_safetensors() and it matches.
  void check_checksum() const;

  const std::vector<TensorView>& tensors() const { return tensors_; }  // in the order of their data
  const Metadata& metadata() const { return metadata_; }
  const TensorView* find(std::string_view name) const;
  // The tensor of this name, type and shape. Throws a data Error if there is none.
  const TensorView& need(std::string_view name, DType dtype, std::span<const size_t> shape) const;

 private:
  std::string path_;
  FileBytes file_;
  std::vector<TensorView> tensors_;
  std::vector<std::unique_ptr<std::byte[]>> copies_;
  Metadata metadata_;
};

}  // namespace shortlist
