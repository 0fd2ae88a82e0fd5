#include "shortlist/server/http/compress.h"

#include <gtest/gtest.h>

#include <boost/beast/zlib/inflate_stream.hpp>

namespace shortlist {
namespace {

std::string inflated(std::string_view gzipped, size_t size) {
  namespace zlib = boost::beast::zlib;
  std::string out(size + 1, '\0');
  zlib::inflate_stream stream;
  zlib::z_params state{};
  state.next_in = gzipped.data() + 10;
  state.avail_in = gzipped.size() - 18;
  state.next_out = out.data();
  state.avail_out = out.size();
  boost::system::error_code error;
  stream.write(state, zlib::Flush::finish, error);
  EXPECT_EQ(error, zlib::error::end_of_stream);
  out.resize(out.size() - state.avail_out);
  return out;
}

TEST(Compress, KeepsTheContent) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919 % 10'007) + ",";
  for (size_t size : {size_t{0}, size_t{1}, size_t{1000}, text.size()}) {
    const std::string content = text.substr(0, size), gzipped = gzip(content);
    EXPECT_EQ(inflated(gzipped, size), content);
    EXPECT_TRUE(gzipped.starts_with("\x1f\x8b"));
  }
  EXPECT_LT(gzip(text).size(), text.size() / 2);
  // CRC-32 of "123456789", least significant byte first, and the length.
  EXPECT_TRUE(gzip("123456789").ends_with(std::string("\x26\x39\xf4\xcb\x09\0\0\0", 8)));
}

TEST(Compress, ReadsWhatAClientTakes) {
  for (const char* accept : {"gzip", "GZIP", "deflate, gzip;q=0.5", "br, *", "gzip;q=1.0, identity;q=0"})
    EXPECT_TRUE(takes_gzip(accept)) << accept;
  for (const char* accept : {"", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "*, gzip;q=0", "xgzip"})
    EXPECT_FALSE(takes_gzip(accept)) << accept;
}

TEST(Compress, LeavesShortAndBinaryContentAlone) {
  const auto encoding = [](std::string_view type, size_t size) {
    HttpResponse response{.content_type = type, .body = std::string(size, 'a')};
    compress({.accept_encoding = "gzip"}, response);
    return has_header(response, "Content-Encoding");
  };
  EXPECT_TRUE(encoding("application/json", 5000));
  EXPECT_FALSE(encoding("application/json", 100));
  EXPECT_FALSE(encoding("image/png", 5000));
}

}  // namespace
}  // namespace shortlist
