#include "shortlist/server/min_version.h"

#include <gtest/gtest.h>

#include "shortlist/testing/served_model.h"

namespace shortlist {
namespace {

TEST(MinVersion, ComparesReleasesAndNeverTakesOneBundleForAnother) {
  const ServedModel numbered("tiny", tiny_bundle(), 1, 7), unknown("tiny", tiny_bundle(), 1, 0);
  const std::string& version = numbered.version();
  EXPECT_EQ(version_of(numbered), "7-" + version);
  EXPECT_TRUE(reaches(numbered, "7"));
  EXPECT_TRUE(reaches(numbered, "7-" + version));
  EXPECT_TRUE(reaches(numbered, "6-000000000000"));
  EXPECT_FALSE(reaches(numbered, "7-000000000000"));
  EXPECT_FALSE(reaches(numbered, "8-" + version));
  EXPECT_TRUE(reaches(unknown, "0-" + version));
  EXPECT_FALSE(reaches(unknown, "0-000000000000"));
  EXPECT_FALSE(reaches(unknown, "0"));
}

TEST(MinVersion, IsAnErrorIfItIsNoVersion) {
  TestService service;
  for (const char* text : {"x", "-7", "7-", "7-abc", "7-00000000000g", "1234567890123456789"}) {
    const HttpResponse response = service.send({.method = "POST",
                                                .target = "/v1/recommend",
                                                .body = "{}",
                                                .content_type = "application/json",
                                                .min_version = text});
    EXPECT_EQ(fault_of(response, 422), "invalid_field X-Min-Version") << text;
  }
}

TEST(MinVersion, IsInTheHeadersOfAnswersAndOfRefusalsNot) {
  TestService service;
  const HttpResponse answer = service.post("/v1/recommend", "{}");
  EXPECT_TRUE(has_header(answer, "X-Model-Version"));
  const HttpResponse refusal = service.send({.method = "POST",
                                             .target = "/v1/recommend",
                                             .body = "{}",
                                             .content_type = "application/json",
                                             .min_version = "99999999999999999"});
  EXPECT_EQ(fault_of(refusal, 503), "older_version");
  EXPECT_FALSE(has_header(refusal, "X-Model-Version"));
  EXPECT_TRUE(has_header(refusal, "Retry-After"));
  EXPECT_FALSE(has_header(service.get("/readyz"), "X-Model-Version"));
}

}  // namespace
}  // namespace shortlist
