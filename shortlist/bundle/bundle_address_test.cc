#include "shortlist/bundle/bundle_address.h"

#include <gtest/gtest.h>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

std::string message(const std::string& address, const std::string& command = "") {
  try {
    check_address(address, command);
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

TEST(BundleAddress, IsToldFromAPath) {
  for (const char* text : {"s3://b/m", "gs://b", "https://host:1/a", "x+y://z"})
    EXPECT_TRUE(is_address(text));
  for (const char* text : {"runs/a", "/a://b", "://b", "a:b", "a b://c", ""})
    EXPECT_FALSE(is_address(text)) << text;
}

TEST(BundleAddress, ContainsFilesAndHasALastPart) {
  EXPECT_EQ(address_in("s3://b/m/", "a b"), "s3://b/m/a b");
  EXPECT_EQ(address_in("https://h/m", "a b/c%"), "https://h/m/a%20b/c%25");
  EXPECT_EQ(last_part("s3://b/models/anime/"), "anime");
}

TEST(BundleAddress, RefusesWhatNoCommandFetches) {
  EXPECT_EQ(message("s3://b/m"), "");
  EXPECT_EQ(message("ftp://h/m", "get {from} {to}"), "");
  EXPECT_EQ(message("ftp://h/m"),
            "'ftp://h/m': bundles are fetched from s3://, gs://, https:// and http://; for ftp:// set "
            "--fetch-command or SHORTLIST_FETCH_COMMAND");
  EXPECT_EQ(message("https://h/m?key=1"),
            "'https://h/m?key=1': an address of a bundle has no '?' and no '#'");
  EXPECT_EQ(message("s3://b/m", "cp {from}"),
            "the fetch command 'cp {from}' has no {to}; need a command such as 'aws s3 cp {from} {to}'");
}

TEST(BundleAddress, BecomesTheWordsOfACommand) {
  EXPECT_EQ(fetch_words("aws s3 cp --only-show-errors {from} {to}", "s3://b/a b", "/tmp/{from}"),
            (std::vector<std::string>{"aws", "s3", "cp", "--only-show-errors", "s3://b/a b", "/tmp/{from}"}));
  EXPECT_EQ(fetch_words("", "https://h/m", "/tmp/x").front(), "curl");
  EXPECT_EQ(fetch_words("", "https://h/m", "/tmp/x").back(), "https://h/m");
  const auto words = fetch_words("", "gs://b/m", "/tmp/x");
  EXPECT_EQ(words.front(), "rclone");
  EXPECT_EQ(words[words.size() - 2], ":gcs,env_auth=true:b/m");
}

}  // namespace
}  // namespace shortlist
