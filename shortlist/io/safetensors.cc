#include "shortlist/io/safetensors.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "shortlist/io/json.h"
#include "shortlist/io/sha256.h"

namespace shortlist {
namespace {

static_assert(std::endian::native == std::endian::little,
              "tensors are read and written as they lie in memory");

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit
constexpr size_t kAlignment = 64;
constexpr const char* kMetadataKey = "__metadata__";

constexpr const char* kChecksumKey = "sha256";
constexpr std::string_view kNoChecksum = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr size_t kBeforeChecksum = 10;  // "sha256":"

// As written in the header.
std::string checksum_entry(std::string_view checksum) {
  return fmt::format("\"{}\":\"{}\"", kChecksumKey, checksum);
}

constexpr struct {
  DType dtype;
  std::string_view name;
  size_t bytes;
} kTypes[] = {{DType::BOOL, "BOOL", 1}, {DType::U8, "U8", 1},   {DType::I8, "I8", 1},
              {DType::I16, "I16", 2},   {DType::U16, "U16", 2}, {DType::F16, "F16", 2},
              {DType::BF16, "BF16", 2}, {DType::I32, "I32", 4}, {DType::U32, "U32", 4},
              {DType::F32, "F32", 4},   {DType::I64, "I64", 8}, {DType::U64, "U64", 8},
              {DType::F64, "F64", 8}};

// The number of bytes of a tensor; nullopt on overflow.
std::optional<size_t> tensor_bytes(DType dtype, std::span<const size_t> shape) {
  size_t bytes = dtype_bytes(dtype);
  for (const size_t extent : shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return std::nullopt;
  }
  return bytes;
}

std::string header_text(std::span<const TensorView> tensors, const Metadata& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[kMetadataKey] = metadata;
  size_t begin = 0;
  for (const TensorView& tensor : tensors) {
    SHORTLIST_CHECK(tensor_bytes(tensor.dtype, tensor.shape) == tensor.bytes.size());
    SHORTLIST_CHECK(!header.contains(tensor.name));
    header[tensor.name] = {{"dtype", dtype_name(tensor.dtype)},
                           {"shape", tensor.shape},
                           {"data_offsets", {begin, begin + tensor.bytes.size()}}};
    begin += tensor.bytes.size();
  }
  std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  text.append((kAlignment - (8 + text.size()) % kAlignment) % kAlignment, ' ');
  return text;
}

// Writes all bytes of the file, one piece after another.
template <typename Write>
void write_bytes(std::string_view header, std::span<const TensorView> tensors, Write write) {
  const uint64_t bytes = header.size();
  write(std::as_bytes(std::span(&bytes, 1)));
  write(bytes_of(header));
  for (const TensorView& tensor : tensors) write(tensor.bytes);
}

// Reads one file; every Error contains its name.
struct Reader {
  const std::string& path;
  Bytes file;

  std::string_view header() const {
    if (file.size() < 8) {
      throw data_error("{}: not a safetensors file: has {} bytes, need at least 8", path, file.size());
    }
    uint64_t bytes;
    std::memcpy(&bytes, file.data(), 8);
    if (bytes > kMaxHeaderBytes) {
      throw data_error("{}: not a safetensors file: its header would have {} bytes, more than {}", path,
                       bytes, kMaxHeaderBytes);
    }
    if (bytes > file.size() - 8) {
      throw data_error("{}: truncated: the header has {} bytes, the file {}", path, bytes, file.size());
    }
    return {reinterpret_cast<const char*>(file.data()) + 8, bytes};
  }

  Metadata metadata(const nlohmann::json& json) const {
    Metadata metadata;
    if (!json.is_object()) throw data_error("{}: {} is not an object", path, kMetadataKey);
    for (const auto& [key, value] : json.items()) {
      if (!value.is_string()) throw data_error("{}: {}: '{}' is not text", path, kMetadataKey, key);
      metadata[key] = value.get<std::string>();
    }
    return metadata;
  }

  const nlohmann::json& entry(const std::string& name, const nlohmann::json& tensor, const char* key) const {
    if (!tensor.is_object() || !tensor.contains(key)) {
      throw data_error("{}: tensor '{}': has no {}", path, name, key);
    }
    return tensor[key];
  }

  DType dtype(const std::string& name, const nlohmann::json& json) const {
    for (const auto& type : kTypes) {
      if (json == type.name) return type.dtype;
    }
    throw data_error("{}: tensor '{}': the dtype {} is not known", path, name, dump_json_line(json));
  }

  std::vector<size_t> sizes(const std::string& name, const nlohmann::json& json, const char* key) const {
    std::vector<size_t> sizes;
    bool good = json.is_array();
    for (size_t i = 0; good && i < json.size(); ++i) {
      good = json[i].is_number_unsigned();
      if (good) sizes.push_back(json[i].get<size_t>());
    }
    if (!good) {
      throw data_error("{}: tensor '{}': {} is {}, need a list of integers, none negative", path, name, key,
                       dump_json_line(json));
    }
    return sizes;
  }

  TensorView tensor(const std::string& name, const nlohmann::json& json, Bytes data) const {
    TensorView tensor{
        name, dtype(name, entry(name, json, "dtype")), sizes(name, entry(name, json, "shape"), "shape"), {}};
    const std::vector<size_t> offsets = sizes(name, entry(name, json, "data_offsets"), "data_offsets");
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size()) {
      throw data_error("{}: tensor '{}': data_offsets [{}] are not within the {} bytes of data", path, name,
                       fmt::join(offsets, ", "), data.size());
    }
    tensor.bytes = data.subspan(offsets[0], offsets[1] - offsets[0]);
    const std::optional<size_t> need = tensor_bytes(tensor.dtype, tensor.shape);
    if (need != tensor.bytes.size()) {
      throw data_error("{}: tensor '{}': {} does not fit {} bytes", path, name,
                       describe_tensor(tensor.dtype, tensor.shape), tensor.bytes.size());
    }
    return tensor;
  }

  // Sorts by position. The tensors must cover the data without gaps or overlaps.
  void check_contiguous(std::vector<TensorView>& tensors, Bytes data) const {
    std::stable_sort(tensors.begin(), tensors.end(), [](const TensorView& a, const TensorView& b) {
      return std::pair(a.bytes.data(), a.bytes.size()) < std::pair(b.bytes.data(), b.bytes.size());
    });
    const std::byte* end = data.data();
    for (const TensorView& tensor : tensors) {
      if (tensor.bytes.data() != end) {
        throw data_error("{}: tensor '{}': begins at {}, need {}", path, tensor.name,
                         tensor.bytes.data() - data.data(), end - data.data());
      }
      end += tensor.bytes.size();
    }
    if (end != data.data() + data.size()) {
      throw data_error("{}: has {} bytes of data, but its tensors have {}", path, data.size(),
                       end - data.data());
    }
  }
};

bool is_aligned(const TensorView& tensor) {
  return reinterpret_cast<uintptr_t>(tensor.bytes.data()) % dtype_bytes(tensor.dtype) == 0;
}

}  // namespace

std::string_view dtype_name(DType dtype) { return kTypes[static_cast<int>(dtype)].name; }
size_t dtype_bytes(DType dtype) { return kTypes[static_cast<int>(dtype)].bytes; }

std::string describe_tensor(DType dtype, std::span<const size_t> shape) {
  return fmt::format("{} [{}]", dtype_name(dtype), fmt::join(shape, ", "));
}

namespace {

void write(const std::string& path, std::string_view header, std::span<const TensorView> tensors) {
  AtomicFile file(path);
  write_bytes(header, tensors, [&](Bytes bytes) { file.write(bytes); });
  file.commit();
}

}  // namespace

void write_safetensors(const std::string& path, std::span<const TensorView> tensors,
                       const Metadata& metadata) {
  write(path, header_text(tensors, metadata), tensors);
}

void write_checked_safetensors(const std::string& path, std::span<const TensorView> tensors,
                               const Metadata& metadata) {
  Metadata checked = metadata;
  checked[kChecksumKey] = kNoChecksum;
  std::string header = header_text(tensors, checked);
  Sha256 hash;
  write_bytes(header, tensors, [&](Bytes bytes) { hash.add(bytes); });
  header.replace(header.find(checksum_entry(kNoChecksum)) + kBeforeChecksum, kNoChecksum.size(), hash.hex());
  write(path, header, tensors);
}

void SafetensorsFile::check_checksum() const {
  const auto found = metadata_.find(kChecksumKey);
  if (found == metadata_.end() || found->second.size() != kNoChecksum.size())
    throw data_error("{}: has no checksum: the file was changed", path_);
  const std::string_view text = file_.text(),
                         before = text.substr(0, text.find(checksum_entry(found->second)));
  Sha256 hash;
  if (before.size() < text.size()) {
    hash.add(before);
    hash.add(checksum_entry(kNoChecksum));
    hash.add(text.substr(before.size() + checksum_entry(kNoChecksum).size()));
  }
  if (hash.hex() != found->second) throw data_error("{}: wrong checksum: the file was changed", path_);
}

SafetensorsFile SafetensorsFile::parse(FileBytes bytes, const std::string& path) {
  SafetensorsFile file;
  file.path_ = path;
  file.file_ = std::move(bytes);
  const Reader reader{path, file.file_.bytes()};
  const std::string_view text = reader.header();
  const Bytes data = reader.file.subspan(8 + text.size());
  const nlohmann::json header = parse_json(text, path + " (header)");
  if (!header.is_object()) throw data_error("{}: its header is not a JSON object", path);
  for (const auto& [name, json] : header.items()) {
    if (name == kMetadataKey) {
      file.metadata_ = reader.metadata(json);
    } else {
      file.tensors_.push_back(reader.tensor(name, json, data));
    }
  }
  reader.check_contiguous(file.tensors_, data);
  for (TensorView& tensor : file.tensors_) {
    if (is_aligned(tensor)) continue;
    auto& copy = file.copies_.emplace_back(std::make_unique<std::byte[]>(tensor.bytes.size()));
    std::copy(tensor.bytes.begin(), tensor.bytes.end(), copy.get());
    tensor.bytes = {copy.get(), tensor.bytes.size()};
  }
  return file;
}

const TensorView* SafetensorsFile::find(std::string_view name) const {
  for (const TensorView& tensor : tensors_) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

const TensorView& SafetensorsFile::need(std::string_view name, DType dtype,
                                        std::span<const size_t> shape) const {
  const TensorView* tensor = find(name);
  if (tensor == nullptr) {
    throw data_error("{}: has no tensor '{}', need {}", path_, name, describe_tensor(dtype, shape));
  }
  if (tensor->dtype != dtype || !std::ranges::equal(tensor->shape, shape)) {
    throw data_error("{}: tensor '{}' is {}, need {}", path_, name,
                     describe_tensor(tensor->dtype, tensor->shape), describe_tensor(dtype, shape));
  }
  return *tensor;
}

}  // namespace shortlist
