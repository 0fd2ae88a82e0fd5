#include "shortlist/server/page.h"

#include <gtest/gtest.h>

#include <algorithm>

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

std::string policy_of(const HttpResponse& page) {
  for (const auto& [name, value] : page.headers)
    if (name == "Content-Security-Policy") return value;
  return "";
}

TEST(Page, LoadsImagesOfOtherSitesOnlyIfItMayAndThenByHttps) {
  EXPECT_NE(policy_of(*page_response("/", "")).find("; img-src 'self' data:; "), std::string::npos);
  EXPECT_NE(policy_of(*page_response("/", "", true)).find("; img-src 'self' data: https:; "),
            std::string::npos);
}

TEST(Page, IsSentAgainWithAnotherPolicy) {
  const HttpResponse page = *page_response("/", "");
  const auto tag = std::ranges::find(page.headers, "ETag", [](const auto& header) { return header.first; });
  ASSERT_NE(tag, page.headers.end());
  EXPECT_EQ(page_response("/", tag->second)->status, 304);
  EXPECT_EQ(page_response("/", tag->second, true)->status, 200);
}

}  // namespace
}  // namespace shortlist
