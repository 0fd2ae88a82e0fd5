#include "shortlist/io/wire_writer.h"

#include <gtest/gtest.h>

#include <vector>

namespace shortlist {
namespace {

using namespace std::string_literals;

// The examples in protobuf's documentation of the encoding.
TEST(ProtoWriter, MatchesThePublishedExamples) {
  ProtoWriter number, text, outer;
  number.varint(1, 150);
  text.bytes(2, "testing");
  outer.message(3, number);
  EXPECT_EQ(number.data(), "\x08\x96\x01"s);
  EXPECT_EQ(text.data(), "\x12\x07testing"s);
  EXPECT_EQ(outer.data(), "\x1a\x03\x08\x96\x01"s);
}

TEST(ProtoWriter, WritesNegativeNumbersInTenBytes) {
  ProtoWriter writer;
  writer.varint(1, static_cast<uint64_t>(int64_t{-1}));
  EXPECT_EQ(writer.data(), "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s);
}

TEST(ProtoWriter, WritesFixedNumbersLittleEndian) {
  ProtoWriter writer;
  writer.real32(1, 1.0F);
  writer.real64(2, 1.0);
  writer.fixed32(16, 0x01020304);
  EXPECT_EQ(writer.data(), "\x0d\0\0\x80\x3f\x11\0\0\0\0\0\0\xf0\x3f\x85\x01\x04\x03\x02\x01"s);
}

TEST(ProtoWriter, PacksRepeatedNumbers) {
  ProtoWriter writer;
  writer.packed(1, std::vector<float>{1.0F, 2.0F});
  writer.packed(4, std::vector<int64_t>{3, 270, 86942});
  writer.packed(5, std::vector<double>{});
  EXPECT_EQ(writer.data(), "\x0a\x08\0\0\x80\x3f\0\0\0\x40\x22\x06\x03\x8e\x02\x9e\xa7\x05\x2a\0"s);
}

}  // namespace
}  // namespace shortlist
