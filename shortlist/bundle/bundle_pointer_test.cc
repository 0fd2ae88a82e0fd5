#include "shortlist/bundle/bundle_pointer.h"

#include <gtest/gtest.h>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

std::string message(std::string_view text) {
  try {
    parse_pointer(text, "latest");
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

TEST(BundlePointer, NamesAFolderAndMayNumberTheRelease) {
  EXPECT_EQ(parse_pointer("2025-02-01\n", "latest").folder, "2025-02-01");
  EXPECT_FALSE(parse_pointer("2025-02-01", "latest").release);
  EXPECT_EQ(parse_pointer("\xEF\xBB\xBF"
                          "a b\r\n12\r\n",
                          "latest")
                .folder,
            "a b");
  EXPECT_EQ(parse_pointer("a b\r\n12\r\n", "latest").release, 12);
}

TEST(BundlePointer, RejectsAnythingElse) {
  EXPECT_EQ(message("\n"), "latest: is empty, need the name of a bundle's folder");
  EXPECT_EQ(message("one\ntwo"),
            "latest: the second line is 'two', need the number of the release, 1 or more");
  EXPECT_EQ(message("one\n0"), "latest: the second line is '0', need the number of the release, 1 or more");
  EXPECT_EQ(message("one\n2\n3"),
            "latest: the second line is '2\n3', need the number of the release, 1 or more");
  EXPECT_EQ(message(std::string_view("a\0b", 3)), "latest: need the name of a bundle's folder in one line");
  EXPECT_EQ(message(std::string(5'000, 'a')), "latest: need the name of a bundle's folder in one line");
}

}  // namespace
}  // namespace shortlist
