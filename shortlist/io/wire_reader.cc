#include "shortlist/io/wire_reader.h"

#include <limits>

#include "shortlist/base/error.h"
#include "shortlist/io/crc32c.h"

namespace shortlist {
namespace {

enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

uint64_t little_endian(std::string_view data, size_t at, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i) value |= uint64_t{static_cast<unsigned char>(data[at + i])} << (8 * i);
  return value;
}

}  // namespace

uint32_t read_u32(std::string_view data, size_t at) { return uint32_t(little_endian(data, at, 4)); }
uint64_t read_u64(std::string_view data, size_t at) { return little_endian(data, at, 8); }

bool checksum_fits([[maybe_unused]] Bytes bytes, [[maybe_unused]] uint32_t stored) {
#if defined(FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
  return true;
#else
  return masked_crc32c(bytes) == stored;
#endif
}

bool read_varint(std::string_view data, size_t& at, uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && at < data.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(data[at++]);
    if (shift == 63 && byte > 1) return false;
    value |= uint64_t{byte & 127U} << shift;
    if (byte < 128) return true;
  }
  return false;
}

void ProtoReader::fail(const char* what) const { throw data_error("{}: {} at byte {}", where_, what, at_); }

void ProtoReader::expect(int type) const {
  if (type_ == type) return;
  throw data_error("{}: field {} has wire type {}, need {}", where_, field_, type_, type);
}

bool ProtoReader::next() {
  if (at_ == data_.size()) return false;
  uint64_t tag = 0;
  if (!read_varint(data_, at_, tag)) fail("broken field tag");
  if (tag >> 3 == 0 || tag >> 3 > std::numeric_limits<int>::max()) fail("field number out of range");
  field_ = static_cast<int>(tag >> 3);
  type_ = static_cast<int>(tag & 7);
  if (type_ == kVarint) {
    if (!read_varint(data_, at_, number_)) fail("broken varint");
    return true;
  }
  uint64_t size = type_ == kFixed64 ? 8 : 4;
  if (type_ == kBytes) {
    if (!read_varint(data_, at_, size)) fail("broken length");
  } else if (type_ != kFixed64 && type_ != kFixed32) {
    fail("unknown wire type");
  }
  if (size > data_.size() - at_) fail("field runs past the end");
  bytes_ = data_.substr(at_, size);
  at_ += size;
  return true;
}

uint64_t ProtoReader::varint() const {
  expect(kVarint);
  return number_;
}

uint32_t ProtoReader::fixed32() const {
  expect(kFixed32);
  return read_u32(bytes_, 0);
}

std::string_view ProtoReader::bytes() const {
  expect(kBytes);
  return bytes_;
}

}  // namespace shortlist
