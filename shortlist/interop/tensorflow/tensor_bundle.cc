#include "shortlist/interop/tensorflow/tensor_bundle.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>

#include "shortlist/base/error.h"
#include "shortlist/interop/tensorflow/sstable.h"
#include "shortlist/io/crc32c.h"
#include "shortlist/io/wire_reader.h"
#include "shortlist/io/wire_writer.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

struct TypeName {
  BundleDType dtype;
  const char* name;
  uint64_t bytes;
};
constexpr TypeName kTypes[] = {
    {BundleDType::float32, "float32", 4}, {BundleDType::float64, "float64", 8},
    {BundleDType::int32, "int32", 4},     {BundleDType::uint8, "uint8", 1},
    {BundleDType::int16, "int16", 2},     {BundleDType::int8, "int8", 1},
    {BundleDType::string, "string", 0},   {BundleDType::int64, "int64", 8},
    {BundleDType::boolean, "bool", 1},    {BundleDType::bfloat16, "bfloat16", 2},
    {BundleDType::float16, "float16", 2}, {BundleDType::uint32, "uint32", 4},
    {BundleDType::uint64, "uint64", 8},
};

const TypeName* type_of(BundleDType dtype) {
  const auto found = std::ranges::find(kTypes, dtype, &TypeName::dtype);
  return found == std::end(kTypes) ? nullptr : found;
}

std::string type_name(BundleDType dtype) {
  const TypeName* type = type_of(dtype);
  return type != nullptr ? type->name : fmt::format("type {}", static_cast<int>(dtype));
}

struct Entry {
  uint64_t dtype = 0, shard = 0, offset = 0, size = 0;
  uint32_t crc = 0;
  std::vector<int64_t> shape;
  bool sliced = false;
};

std::vector<int64_t> parse_shape(ProtoReader shape, const std::string& where) {
  std::vector<int64_t> sizes;
  while (shape.next()) {
    if (shape.field() == 3 && shape.varint() != 0) throw data_error("{}: its shape is not known", where);
    if (shape.field() != 2) continue;
    int64_t size = 0;
    for (ProtoReader dim = shape.message(); dim.next();) {
      if (dim.field() == 1) size = static_cast<int64_t>(dim.varint());
    }
    if (size < 0) throw data_error("{}: its shape has a dimension of {}", where, size);
    sizes.push_back(size);
  }
  return sizes;
}

Entry parse_entry(std::string_view bytes, const std::string& where) {
  Entry entry;
  for (ProtoReader reader(bytes, where); reader.next();) {
    switch (reader.field()) {
      case 1:
        entry.dtype = reader.varint();
        break;
      case 2:
        entry.shape = parse_shape(reader.message(), where);
        break;
      case 3:
        entry.shard = reader.varint();
        break;
      case 4:
        entry.offset = reader.varint();
        break;
      case 5:
        entry.size = reader.varint();
        break;
      case 6:
        entry.crc = reader.fixed32();
        break;
      case 7:
        entry.sliced = true;
        break;
      default:
        break;
    }
  }
  if (entry.dtype > std::numeric_limits<int>::max())
    throw data_error("{}: type {} is unknown", where, entry.dtype);
  return entry;
}

uint64_t parse_header(std::string_view bytes, const std::string& where) {
  uint64_t shards = 0;
  for (ProtoReader reader(bytes, where); reader.next();) {
    if (reader.field() == 1) shards = reader.varint();
    if (reader.field() == 2 && reader.varint() != 0)
      throw data_error("{}: its numbers are big-endian, need little-endian", where);
  }
  if (shards < 1 || shards > 99'999) throw data_error("{}: {} shards, need 1 to 99999", where, shards);
  return shards;
}

std::string shard_path(const std::string& prefix, uint64_t shard, uint64_t shards) {
  return fmt::format("{}.data-{:05}-of-{:05}", prefix, shard, shards);
}

// The number of elements, or none if it does not fit in 63 bits.
std::optional<uint64_t> element_count(const std::vector<int64_t>& shape) {
  uint64_t count = 1;
  for (const int64_t size : shape) {
    if (size != 0 && count > static_cast<uint64_t>(std::numeric_limits<int64_t>::max() / size))
      return std::nullopt;
    count *= static_cast<uint64_t>(size);
  }
  return count;
}

[[noreturn]] void wrong_checksum(const std::string& where) {
  throw data_error("{}: wrong checksum of its values: the file is damaged", where);
}

std::vector<std::string> parse_strings(std::string_view data, uint64_t count, uint32_t crc,
                                       const std::string& where) {
  if (count > data.size()) throw data_error("{}: {} strings in {} bytes", where, count, data.size());
  std::string checked;
  std::vector<uint64_t> lengths;
  size_t at = 0;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t length = 0;
    if (!read_varint(data, at, length)) throw data_error("{}: a string's length is broken", where);
    lengths.push_back(length);
    const int bytes = length > std::numeric_limits<uint32_t>::max() ? 8 : 4;
    for (int b = 0; b < bytes; ++b) checked += static_cast<char>(length >> (8 * b));
  }
  if (data.size() - at < 4) throw data_error("{}: its strings are truncated", where);
  if (!checksum_fits(bytes_of(checked), read_u32(data, at))) wrong_checksum(where);
  checked += data.substr(at, 4);
  at += 4;
  std::vector<std::string> strings;
  for (const uint64_t length : lengths) {
    if (length > data.size() - at) throw data_error("{}: its strings are truncated", where);
    strings.emplace_back(data.substr(at, length));
    checked += strings.back();
    at += length;
  }
  if (at != data.size()) throw data_error("{}: {} bytes follow its strings", where, data.size() - at);
  if (!checksum_fits(bytes_of(checked), crc)) wrong_checksum(where);
  return strings;
}

BundleTensor read_tensor(const std::string& key, const Entry& entry, Bytes shard, const std::string& where) {
  BundleTensor tensor{.key = key, .dtype = static_cast<BundleDType>(entry.dtype), .shape = entry.shape};
  tensor.sliced = entry.sliced;
  if (entry.sliced) return tensor;
  if (entry.offset > shard.size() || entry.size > shard.size() - entry.offset) {
    throw data_error("{}: {} bytes at {}, but the file has {}: it is truncated", where, entry.size,
                     entry.offset, shard.size());
  }
  const std::optional<uint64_t> count = element_count(entry.shape);
  if (!count) throw data_error("{}: its shape overflows", where);
  tensor.bytes = shard.subspan(entry.offset, entry.size);
  if (tensor.dtype == BundleDType::string) {
    const std::string_view data(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
    tensor.strings = parse_strings(data, *count, entry.crc, where);
    tensor.bytes = {};
    return tensor;
  }
  const TypeName* type = type_of(tensor.dtype);
  if (type == nullptr) return tensor;
  if (*count > std::numeric_limits<uint64_t>::max() / type->bytes || *count * type->bytes != entry.size) {
    throw data_error("{}: {} bytes for {}", where, entry.size,
                     describe_bundle_tensor(tensor.dtype, entry.shape));
  }
  if (!checksum_fits(tensor.bytes, entry.crc)) wrong_checksum(where);
  return tensor;
}

// A "checkpoint" file contains model_checkpoint_path: "NAME".
std::string newest_named(const std::string& folder) {
  const std::string text = read_file(folder + "/checkpoint"), field = "model_checkpoint_path: \"";
  const size_t begin = text.find(field);
  if (!text.starts_with(field) && begin != std::string::npos && text[begin - 1] != '\n') return "";
  if (begin == std::string::npos) return "";
  const size_t name = begin + field.size(), end = text.find('"', name);
  return end == std::string::npos ? "" : (fs::path(folder) / text.substr(name, end - name)).string();
}

}  // namespace

std::string describe_bundle_tensor(BundleDType dtype, const std::vector<int64_t>& shape) {
  return fmt::format("{} [{}]", type_name(dtype), fmt::join(shape, ", "));
}

std::string find_checkpoint(const std::string& path) {
  const auto is_prefix = [](const std::string& prefix) { return fs::is_regular_file(prefix + ".index"); };
  if (is_prefix(path)) return path;
  if (path.ends_with(".index") && fs::is_regular_file(path)) return path.substr(0, path.size() - 6);
  if (!fs::is_directory(path)) throw data_error("{}: not a checkpoint: there is no {}.index", path, path);
  const std::string folder = path.ends_with('/') ? path : path + "/";
  for (const char* name : {"", "variables/variables", "variables"}) {
    if (is_prefix(folder + name)) return folder + name;
  }
  if (fs::is_regular_file(folder + "checkpoint")) {
    const std::string prefix = newest_named(folder);
    if (!prefix.empty() && is_prefix(prefix)) return prefix;
  }
  throw data_error(
      "{}: the folder contains no checkpoint: no .index, no variables/variables.index, no checkpoint", path);
}

namespace {

// Entry 0 is the header; returns the number of shards.
uint64_t shards_of(const SstableEntries& entries, const std::string& index) {
  if (entries.empty() || !entries[0].first.empty())
    throw data_error("{}: the checkpoint's header is missing", index);
  return parse_header(entries[0].second, index);
}

}  // namespace

TensorBundle TensorBundle::open(const std::string& prefix) {
  TensorBundle bundle;
  bundle.prefix_ = prefix;
  const std::string index = prefix + ".index";
  const SstableEntries entries = read_sstable(read_file(index), index);
  const uint64_t count = shards_of(entries, index);
  std::vector<Bytes> shards;
  for (uint64_t i = 0; i < count; ++i) {
    const std::string path = shard_path(prefix, i, count);
    if (!fs::is_regular_file(path))
      throw data_error("{}: the file is missing: the checkpoint has {} of them", path, count);
    bundle.shards_.emplace_back(path);
    shards.push_back(bundle.shards_.back().bytes());
  }
  bundle.read_entries(entries, shards);
  return bundle;
}

TensorBundle TensorBundle::from_memory(const std::string& prefix, std::string_view index,
                                       std::span<const Bytes> shards) {
  TensorBundle bundle;
  bundle.prefix_ = prefix;
  const SstableEntries entries = read_sstable(index, prefix + ".index");
  const uint64_t count = shards_of(entries, prefix + ".index");
  if (count != shards.size())
    throw data_error("{}: the checkpoint has {} shards, but got {}", prefix, count, shards.size());
  bundle.read_entries(entries, shards);
  return bundle;
}

void TensorBundle::read_entries(const SstableEntries& entries, std::span<const Bytes> shards) {
  const std::string index = prefix_ + ".index";
  uint64_t left = 0;  // bytes not yet used by a tensor; if tensors could share bytes, a small file could
                      // contain many large ones
  for (const Bytes& shard : shards) left += shard.size();
  for (size_t i = 1; i < entries.size(); ++i) {
    const auto& [key, value] = entries[i];
    const Entry entry = parse_entry(value, fmt::format("{}: '{}'", index, key));
    if (entry.shard >= shards.size()) {
      throw data_error("{}: '{}' is in shard {}, but there are {}", index, key, entry.shard, shards.size());
    }
    const std::string where = fmt::format("{}: '{}'", shard_path(prefix_, entry.shard, shards.size()), key);
    if (!entry.sliced && entry.size <= shards[entry.shard].size()) {
      if (entry.size > left) throw data_error("{}: its values are also those of another tensor", where);
      left -= entry.size;
    }
    tensors_.push_back(read_tensor(key, entry, shards[entry.shard], where));
  }
}

const BundleTensor* TensorBundle::find(std::string_view key) const {
  const auto found = std::ranges::lower_bound(tensors_, key, {},
                                              [](const BundleTensor& t) { return std::string_view(t.key); });
  return found == tensors_.end() || found->key != key ? nullptr : &*found;
}

const BundleTensor& TensorBundle::need(std::string_view key, BundleDType dtype) const {
  const BundleTensor* tensor = find(key);
  if (tensor == nullptr) throw data_error("{}: the checkpoint has no '{}'", prefix_, key);
  if (tensor->sliced) throw data_error("{}: '{}' is saved in slices; save it as one variable", prefix_, key);
  if (tensor->dtype != dtype) {
    throw data_error("{}: '{}' is {}, need {}", prefix_, key, type_name(tensor->dtype), type_name(dtype));
  }
  return *tensor;
}

namespace {

struct Encoded {
  std::string strings;
  uint32_t crc = 0;
};

Encoded encode_strings(const std::vector<std::string>& strings) {
  std::string checked;
  Encoded out;
  for (const std::string& text : strings) {
    SHORTLIST_CHECK(text.size() <= std::numeric_limits<uint32_t>::max());
    uint64_t length = text.size();
    for (int b = 0; b < 4; ++b) checked += static_cast<char>(length >> (8 * b));
    for (; length >= 128; length >>= 7) out.strings += static_cast<char>(length | 128);
    out.strings += static_cast<char>(length);
  }
  const uint32_t lengths_crc = masked_crc32c(bytes_of(checked));
  for (int b = 0; b < 4; ++b) checked += static_cast<char>(lengths_crc >> (8 * b));
  out.strings += checked.substr(checked.size() - 4);
  for (const std::string& text : strings) {
    checked += text;
    out.strings += text;
  }
  out.crc = masked_crc32c(bytes_of(checked));
  return out;
}

ProtoWriter entry_proto(const BundleTensor& tensor, uint64_t offset, uint64_t size, uint32_t crc) {
  ProtoWriter shape, entry;
  for (const int64_t n : tensor.shape) {
    ProtoWriter dim;
    dim.varint(1, static_cast<uint64_t>(n));
    shape.message(2, dim);
  }
  entry.varint(1, static_cast<uint64_t>(tensor.dtype));
  entry.message(2, shape);
  if (offset != 0) entry.varint(4, offset);
  entry.varint(5, size);
  entry.fixed32(6, crc);
  return entry;
}

}  // namespace

void write_tensor_bundle(const std::string& prefix, std::vector<BundleTensor> tensors) {
  std::ranges::sort(tensors, {}, &BundleTensor::key);
  AtomicFile data(shard_path(prefix, 0, 1));
  ProtoWriter version, header;
  version.varint(1, 1);
  header.varint(1, 1);
  header.message(3, version);
  SstableEntries entries = {{"", header.data()}};
  uint64_t offset = 0;
  for (const BundleTensor& tensor : tensors) {
    SHORTLIST_CHECK(!tensor.sliced && !tensor.key.empty());
    const bool text = tensor.dtype == BundleDType::string;
    const Encoded strings = text ? encode_strings(tensor.strings) : Encoded();
    const Bytes bytes = text ? bytes_of(strings.strings) : tensor.bytes;
    data.write(bytes);
    const uint32_t crc = text ? strings.crc : masked_crc32c(bytes);
    entries.emplace_back(tensor.key, entry_proto(tensor, offset, bytes.size(), crc).data());
    offset += bytes.size();
  }
  data.commit();
  write_file_atomically(prefix + ".index", write_sstable(entries));
}

}  // namespace shortlist
