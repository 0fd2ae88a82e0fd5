#include "shortlist/io/wire_reader.h"

#include <gtest/gtest.h>

#include "shortlist/io/wire_writer.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

TEST(ProtoReader, ReadsWhatTheWriterWrote) {
  ProtoWriter inner, outer;
  inner.varint(1, 300);
  outer.varint(1, UINT64_MAX);
  outer.bytes(2, "text");
  outer.fixed32(3, 0xdeadbeef);
  outer.message(4, inner);
  ProtoReader reader(outer.data(), "here");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.varint(), UINT64_MAX);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.bytes(), "text");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.fixed32(), 0xdeadbeef);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.field(), 4);
  ProtoReader message = reader.message();
  ASSERT_TRUE(message.next());
  EXPECT_EQ(message.varint(), 300U);
  EXPECT_FALSE(message.next());
  EXPECT_FALSE(reader.next());
}

std::string problem(const std::string& bytes) {
  return message_of([&] {
    for (ProtoReader reader(bytes, "here"); reader.next();) reader.varint();
  });
}

TEST(ProtoReader, SaysWhatIsBroken) {
  EXPECT_EQ(problem("\x80"), "here: broken field tag at byte 1");
  EXPECT_EQ(problem(std::string("\x00", 1)), "here: field number out of range at byte 1");
  EXPECT_EQ(problem("\x08\xff"), "here: broken varint at byte 2");
  EXPECT_EQ(problem("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), "here: broken varint at byte 11");
  EXPECT_EQ(problem("\x0a\x05xyz"), "here: field runs past the end at byte 2");
  EXPECT_EQ(problem("\x0b"), "here: unknown wire type at byte 1");
  EXPECT_EQ(problem("\x0a\x01x"), "here: field 1 has wire type 2, need 0");
}

}  // namespace
}  // namespace shortlist
