#include "shortlist/interop/tensorboard/event_file.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "shortlist/base/error.h"
#include "shortlist/io/crc32c.h"
#include "shortlist/io/wire_writer.h"

namespace shortlist {
namespace {

constexpr size_t kBuckets = 30;  // TensorBoard's default

// Field numbers of event.proto, summary.proto and tensor.proto.
enum EventField { kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5 };
enum SummaryField { kSummaryValue = 1 };
enum ValueField { kTag = 1, kTensor = 8, kMetadata = 9 };
enum MetadataField { kPluginData = 1, kDataClass = 4 };
enum PluginDataField { kPluginName = 1 };
enum TensorField { kType = 1, kShape = 2, kFloats = 5, kDoubles = 6 };
enum DataClass { kScalarClass = 1, kTensorClass = 2 };
enum TensorType { kFloat = 1, kDouble = 2 };

std::string host_name() {
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

ProtoWriter shape_message(std::initializer_list<uint64_t> extents) {
  ProtoWriter shape;
  for (const uint64_t extent : extents) {
    ProtoWriter dimension;
    dimension.varint(1, extent);
    shape.message(2, dimension);
  }
  return shape;
}

}  // namespace

double wall_time_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::vector<double> histogram_buckets(std::span<const float> values) {
  std::vector<double> buckets(3 * kBuckets);
  double least = INFINITY, greatest = -INFINITY;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    least = std::min<double>(least, value);
    greatest = std::max<double>(greatest, value);
  }
  if (least > greatest) return buckets;
  const double width = (greatest - least) / kBuckets;
  for (size_t i = 0; i < kBuckets; ++i) {
    buckets[3 * i] = least + double(i) * width;
    buckets[3 * i + 1] = i + 1 == kBuckets ? greatest : least + double(i + 1) * width;
  }
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    const size_t bucket = width > 0 ? static_cast<size_t>((value - least) / width) : kBuckets;
    ++buckets[3 * std::min(bucket, kBuckets - 1) + 2];
  }
  return buckets;
}

OutputFile EventFile::create(const std::string& folder, std::string_view suffix, double wall_time,
                             std::string& path) {
  make_directories(folder);
  const std::string start =
      fmt::format("{}/events.out.tfevents.{:010}.{}.{}", folder, int64_t(wall_time), host_name(), ::getpid());
  for (int n = 0;; ++n) {
    path = fmt::format("{}.{}{}", start, n, suffix);
    if (auto file = OutputFile::create_new(path)) return std::move(*file);
  }
}

EventFile::EventFile(const std::string& folder, std::string_view suffix, double wall_time)
    : file_(create(folder, suffix, wall_time, path_)) {
  ProtoWriter event;
  event.real64(kWallTime, wall_time);
  event.bytes(kFileVersion, "brain.Event:2");
  record(event.data());
}

void EventFile::record(std::string_view data) {
  const uint64_t length = data.size();
  const Bytes length_bytes = std::as_bytes(std::span(&length, 1));
  const uint32_t length_crc = masked_crc32c(length_bytes), data_crc = masked_crc32c(bytes_of(data));
  file_.write(length_bytes);
  file_.write(std::as_bytes(std::span(&length_crc, 1)));
  file_.write(data);
  file_.write(std::as_bytes(std::span(&data_crc, 1)));
}

void EventFile::tensor(std::string_view tag, std::string_view plugin, int data_class, std::string_view tensor,
                       int64_t step, double wall_time) {
  ProtoWriter value, summary, event;
  value.bytes(kTag, tag);
  value.bytes(kTensor, tensor);
  if (described_.emplace(tag).second) {
    ProtoWriter plugin_data, metadata;
    plugin_data.bytes(kPluginName, plugin);
    metadata.message(kPluginData, plugin_data);
    metadata.varint(kDataClass, data_class);
    value.message(kMetadata, metadata);
  }
  summary.message(kSummaryValue, value);
  event.real64(kWallTime, wall_time);
  event.varint(kStep, static_cast<uint64_t>(step));
  event.message(kSummary, summary);
  record(event.data());
}

void EventFile::scalar(std::string_view tag, int64_t step, float value, double wall_time) {
  ProtoWriter message;
  message.varint(kType, kFloat);
  message.message(kShape, shape_message({}));
  message.packed(kFloats, std::span<const float>(&value, 1));
  tensor(tag, "scalars", kScalarClass, message.data(), step, wall_time);
}

void EventFile::histogram(std::string_view tag, int64_t step, std::span<const float> values,
                          double wall_time) {
  ProtoWriter message;
  message.varint(kType, kDouble);
  message.message(kShape, shape_message({kBuckets, 3}));
  message.packed(kDoubles, histogram_buckets(values));
  tensor(tag, "histograms", kTensorClass, message.data(), step, wall_time);
}

}  // namespace shortlist
