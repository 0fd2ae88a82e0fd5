#include "shortlist/io/wire_writer.h"

namespace shortlist {
namespace {

enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

}  // namespace

void ProtoWriter::raw_varint(uint64_t value) {
  for (; value >= 128; value >>= 7) data_ += static_cast<char>(value | 128);
  data_ += static_cast<char>(value);
}

void ProtoWriter::little_endian(uint64_t value, int count) {
  for (int i = 0; i < count; ++i) data_ += static_cast<char>(value >> (8 * i));
}

void ProtoWriter::varint(int field, uint64_t value) {
  tag(field, kVarint);
  raw_varint(value);
}

void ProtoWriter::fixed32(int field, uint32_t value) {
  tag(field, kFixed32);
  little_endian(value, 4);
}

void ProtoWriter::fixed64(int field, uint64_t value) {
  tag(field, kFixed64);
  little_endian(value, 8);
}

void ProtoWriter::bytes(int field, std::string_view value) {
  tag(field, kBytes);
  raw_varint(value.size());
  data_ += value;
}

void ProtoWriter::packed(int field, std::span<const float> values) {
  tag(field, kBytes);
  raw_varint(values.size() * 4);
  for (const float value : values) little_endian(std::bit_cast<uint32_t>(value), 4);
}

void ProtoWriter::packed(int field, std::span<const double> values) {
  tag(field, kBytes);
  raw_varint(values.size() * 8);
  for (const double value : values) little_endian(std::bit_cast<uint64_t>(value), 8);
}

void ProtoWriter::packed(int field, std::span<const int64_t> values) {
  ProtoWriter inside;
  for (const int64_t value : values) inside.raw_varint(static_cast<uint64_t>(value));
  bytes(field, inside.data_);
}

}  // namespace shortlist
