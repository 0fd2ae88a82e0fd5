// Writes the protobuf wire format, fields in the order of the calls.
// https://protobuf.dev/programming-guides/encoding
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace shortlist {

class ProtoWriter {
 public:
  void varint(int field, uint64_t value);  // int32, int64, uint64, bool, enum
  void fixed32(int field, uint32_t value);
  void fixed64(int field, uint64_t value);
  void real32(int field, float value) { fixed32(field, std::bit_cast<uint32_t>(value)); }
  void real64(int field, double value) { fixed64(field, std::bit_cast<uint64_t>(value)); }
  void bytes(int field, std::string_view value);  // also for strings
  void message(int field, const ProtoWriter& value) { bytes(field, value.data_); }
  void packed(int field, std::span<const float> values);
  void packed(int field, std::span<const double> values);
  void packed(int field, std::span<const int64_t> values);

  const std::string& data() const { return data_; }

 private:
  void raw_varint(uint64_t value);
  void tag(int field, int wire_type) { raw_varint(static_cast<uint64_t>(field) << 3 | wire_type); }
  void little_endian(uint64_t value, int count);

  std::string data_;
};

}  // namespace shortlist
