#include "shortlist/server/page.h"

#include <gtest/gtest.h>

#include "shortlist/io/file.h"

namespace shortlist {
namespace {

TEST(Page, HasTheViewsThatTheAppLists) {
  const std::string app = read_file("web/src/app.tsx");
  const std::string list = app.substr(app.find("kViews = ["), app.find("];") - app.find("kViews = ["));
  size_t views = 0;
  for (size_t at = list.find("path: '"); at != list.npos; at = list.find("path: '", at + 1), ++views) {
    const std::string path = list.substr(at + 7, list.find('\'', at + 7) - at - 7);
    EXPECT_TRUE(is_view(path)) << path;
  }
  EXPECT_EQ(views, 3u);
}

TEST(Page, LeavesOtherPathsAlone) {
  for (std::string_view path : {"/v1", "/v1/nope", "/v2/health", "/favicon", "/similar/", "/models", "", "*"})
    EXPECT_FALSE(is_view(path)) << path;
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
