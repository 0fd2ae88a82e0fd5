#include "shortlist/interop/tensorboard/event_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <numeric>

#include "shortlist/io/crc32c.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

template <typename T>
T read_as(std::string_view text, size_t at) {
  T value;
  EXPECT_LE(at + sizeof(T), text.size());
  std::memcpy(&value, text.data() + at, sizeof(T));
  return value;
}

// Returns the payloads of a file's records, after checking lengths and both CRCs.
std::vector<std::string> records_of(const std::string& path) {
  const std::string text = read_file(path);
  std::vector<std::string> records;
  for (size_t at = 0; at < text.size();) {
    const auto length = read_as<uint64_t>(text, at);
    EXPECT_EQ(read_as<uint32_t>(text, at + 8), mask_crc32c(crc32c_by_table(bytes_of(text).subspan(at, 8))));
    records.push_back(text.substr(at + 12, length));
    EXPECT_EQ(read_as<uint32_t>(text, at + 12 + length),
              mask_crc32c(crc32c_by_table(bytes_of(records.back()))));
    at += 16 + length;
  }
  return records;
}

// Field number -> raw values as bytes (varints as 8 bytes). Deliberately independent of the writer.
using Message = std::multimap<int, std::string>;

uint64_t take_varint(std::string_view& text) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<uint8_t>(text[0]);
    text.remove_prefix(1);
    value |= uint64_t(byte & 127) << shift;
    if (byte < 128) return value;
  }
}

Message decode(std::string_view text) {
  Message fields;
  while (!text.empty()) {
    const uint64_t tag = take_varint(text);
    size_t size = 0;
    if (tag % 8 == 0) {
      const uint64_t value = take_varint(text);
      fields.emplace(tag / 8, std::string(reinterpret_cast<const char*>(&value), 8));
      continue;
    }
    size = tag % 8 == 1 ? 8 : tag % 8 == 5 ? 4 : take_varint(text);
    fields.emplace(tag / 8, text.substr(0, size));
    text.remove_prefix(size);
  }
  return fields;
}

std::string at(const Message& message, int field) {
  EXPECT_EQ(message.count(field), 1u) << "field " << field;
  return message.find(field) == message.end() ? "" : message.find(field)->second;
}

// The Summary.Value of an Event.
Message value_of(const std::string& record) { return decode(at(decode(at(decode(record), 5)), 1)); }

TEST(EventFile, HasTensorBoardsNameAndNeverReplacesAFile) {
  const TemporaryFolder folder;
  const EventFile first(folder / "run", ".v2", 1234567890.5), second(folder / "run", ".v2", 1234567890.5);
  const std::string start = folder / "run/events.out.tfevents.1234567890.";
  EXPECT_EQ(first.path().substr(0, start.size()), start);
  EXPECT_EQ(first.path().substr(first.path().size() - 5), ".0.v2");
  EXPECT_EQ(second.path().substr(second.path().size() - 5), ".1.v2");
}

TEST(EventFile, WritesTheVersionFirst) {
  const TemporaryFolder folder;
  EventFile file(folder.path(), "", 1234567890.5);
  file.flush();
  const auto records = records_of(file.path());
  ASSERT_EQ(records.size(), 1u);
  const Message event = decode(records[0]);
  EXPECT_EQ(read_as<double>(at(event, 1), 0), 1234567890.5);
  EXPECT_EQ(at(event, 3), "brain.Event:2");
}

TEST(EventFile, WritesScalarsAsTensorsWithMetadataOnce) {
  const TemporaryFolder folder;
  EventFile file(folder.path());
  file.scalar("epoch_loss", 3, 0.25F, 99.5);
  file.scalar("epoch_loss", 4, 0.125F);
  file.flush();
  const auto records = records_of(file.path());
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(read_as<double>(at(decode(records[1]), 1), 0), 99.5);
  EXPECT_EQ(read_as<int64_t>(at(decode(records[1]), 2), 0), 3);
  const Message value = value_of(records[1]), metadata = decode(at(value, 9)), tensor = decode(at(value, 8));
  EXPECT_EQ(at(value, 1), "epoch_loss");
  EXPECT_EQ(at(decode(at(metadata, 1)), 1), "scalars");
  EXPECT_EQ(read_as<int64_t>(at(metadata, 4), 0), 1);
  EXPECT_EQ(read_as<int64_t>(at(tensor, 1), 0), 1);
  EXPECT_EQ(at(tensor, 2), "") << "a scalar has no dimensions";
  EXPECT_EQ(read_as<float>(at(tensor, 5), 0), 0.25F);
  EXPECT_EQ(value_of(records[2]).count(9), 0u);
}

TEST(EventFile, WritesHistogramsAsTables) {
  const TemporaryFolder folder;
  EventFile file(folder.path());
  const std::vector<float> values = {0, 1, 2, 3};
  file.histogram("weights", -1, values);
  file.flush();
  const std::string record = records_of(file.path()).at(1);
  EXPECT_EQ(read_as<int64_t>(at(decode(record), 2), 0), -1);
  const Message value = value_of(record), tensor = decode(at(value, 8));
  EXPECT_EQ(at(decode(at(decode(at(value, 9)), 1)), 1), "histograms");
  EXPECT_EQ(read_as<int64_t>(at(tensor, 1), 0), 2);
  EXPECT_EQ(at(tensor, 2), std::string("\x12\x02\x08\x1e\x12\x02\x08\x03"));
  const std::string doubles = at(tensor, 6);
  ASSERT_EQ(doubles.size(), 90 * sizeof(double));
  EXPECT_EQ(std::memcmp(doubles.data(), histogram_buckets(values).data(), doubles.size()), 0);
}

TEST(EventFile, SaysWhyItCannotWrite) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "x");
  EXPECT_EQ(message_of([&] { EventFile file(folder / "file"); }),
            "cannot create the folder " + folder / "file" + ": Not a directory");
}

TEST(HistogramBuckets, CountsByEqualWidths) {
  std::vector<float> values(31);
  std::iota(values.begin(), values.end(), 0.0F);
  const std::vector<double> buckets = histogram_buckets(values);
  for (size_t i = 0; i < 30; ++i) {
    EXPECT_EQ(buckets[3 * i], double(i));
    EXPECT_EQ(buckets[3 * i + 1], double(i + 1));
    EXPECT_EQ(buckets[3 * i + 2], i == 29 ? 2 : 1) << "the greatest value belongs to the last bucket";
  }
}

TEST(HistogramBuckets, PutsOneDistinctValueInTheLast) {
  const std::vector<double> buckets = histogram_buckets(std::vector<float>(7, 1.5F));
  for (size_t i = 0; i < 30; ++i) {
    EXPECT_EQ(buckets[3 * i], 1.5);
    EXPECT_EQ(buckets[3 * i + 1], 1.5);
    EXPECT_EQ(buckets[3 * i + 2], i == 29 ? 7 : 0);
  }
}

TEST(HistogramBuckets, LeavesOutWhatIsNotFinite) {
  EXPECT_EQ(histogram_buckets(std::vector<float>{1, NAN, 2, INFINITY, -INFINITY}),
            histogram_buckets(std::vector<float>{1, 2}));
  EXPECT_EQ(histogram_buckets({}), std::vector<double>(90));
  EXPECT_EQ(histogram_buckets(std::vector<float>{NAN}), std::vector<double>(90));
}

}  // namespace
}  // namespace shortlist
