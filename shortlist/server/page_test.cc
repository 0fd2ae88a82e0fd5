#include "shortlist/server/page.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

TEST(Page, LeavesTheApiAndFilesAlone) {
  for (std::string_view path : {"/", "/similar", "/model/map", "/v10", "/v1.5/x", "/a.b/c"})
    EXPECT_TRUE(may_be_view(path)) << path;
  for (std::string_view path : {"/v1", "/v1/", "/v1/nope", "/v2/health", "/favicon.ico", "/assets/none.js"})
    EXPECT_FALSE(may_be_view(path)) << path;
}

TEST(Page, IsThereOrSaysHowToBuildIt) {
  const auto page = page_response("/", "");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
  EXPECT_NE(page->content().find("<title>"), std::string_view::npos);
  EXPECT_FALSE(page_response("/v1/nope", ""));
  EXPECT_FALSE(page_response("/assets/none.js", ""));
}

}  // namespace
}  // namespace shortlist
