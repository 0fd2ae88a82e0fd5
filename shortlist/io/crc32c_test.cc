#include "shortlist/io/crc32c.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

TEST(Crc32c, MatchesThePublishedExamples) {
  EXPECT_EQ(crc32c(bytes_of("123456789")), 0xe3069283U);
  EXPECT_EQ(crc32c(bytes_of(std::string(32, '\0'))), 0x8a9136aaU);  // RFC 3720, B.4
  EXPECT_EQ(crc32c({}), 0U);
}

TEST(Crc32c, AgreesWithTheTableAtEveryLengthAndAlignment) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += char(i * 37 + 11);
  for (size_t begin = 0; begin < 9; ++begin) {
    for (size_t length = 0; begin + length <= text.size(); ++length) {
      const Bytes piece = bytes_of(text).subspan(begin, length);
      ASSERT_EQ(crc32c(piece), crc32c_by_table(piece)) << begin << " " << length;
    }
  }
}

// The length 24, as in a record's header; the number is the output of the tensorboard package.
TEST(Crc32c, MasksAsTensorFlow) {
  const uint8_t length[8] = {24};
  EXPECT_EQ(masked_crc32c(std::as_bytes(std::span(length))), 0x224b7fa3U);
}

}  // namespace
}  // namespace shortlist
