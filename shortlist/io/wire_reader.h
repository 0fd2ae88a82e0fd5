// Reads the protobuf wire format with every bound checked; io/wire_writer.h writes it.
// https://protobuf.dev/programming-guides/encoding
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shortlist/io/file.h"

namespace shortlist {

// Reads an unsigned varint at `at` and advances `at`. Returns false if it is truncated or longer than 64
// bits.
bool read_varint(std::string_view data, size_t& at, uint64_t& value);

// Little-endian numbers. `data` must contain enough bytes.
uint32_t read_u32(std::string_view data, size_t at);
uint64_t read_u64(std::string_view data, size_t at);

// Whether `stored` is the masked CRC-32C of the bytes. In a fuzzing build always true.
bool checksum_fits(Bytes bytes, uint32_t stored);

// One message, field by field:
//   while (reader.next()) if (reader.field() == 2) name = reader.bytes(); ...
// Fields that are not read are skipped. Throws a data Error that begins with `where`.
class ProtoReader {
 public:
  ProtoReader(std::string_view data, std::string where) : data_(data), where_(std::move(where)) {}

  bool next();
  int field() const { return field_; }
  // Each throws if the field has another wire type.
  uint64_t varint() const;
  uint32_t fixed32() const;
  std::string_view bytes() const;
  ProtoReader message() const { return {bytes(), where_}; }

 private:
  [[noreturn]] void fail(const char* what) const;
  void expect(int type) const;

  std::string_view data_;
  std::string where_;
  size_t at_ = 0;
  int field_ = 0, type_ = 0;
  uint64_t number_ = 0;
  std::string_view bytes_;
};

}  // namespace shortlist
