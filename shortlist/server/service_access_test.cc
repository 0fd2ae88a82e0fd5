// Tests who is answered: local names, keys, rates.
#include <gtest/gtest.h>

#include "shortlist/testing/served_model.h"

namespace shortlist {
namespace {

TestService& tiny() {
  static TestService service;
  return service;
}

TEST(ServiceAccess, AnswersOnlyUnderALocalName) {
  for (std::string_view host : {"localhost", "localhost:8080", "127.0.0.1:80", "[::1]:80", "[::1]"})
    EXPECT_EQ(tiny().send({.method = "GET", .target = "/v1/models", .host = host}).status, 200) << host;
  for (std::string_view host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "[::2]", "[", ":"})
    EXPECT_EQ(fault_of(tiny().send({.method = "GET", .target = "/v1/models", .host = host}), 421),
              "wrong_host")
        << host;
  TestService open({.local_only = false});
  EXPECT_EQ(open.send({.method = "GET", .target = "/v1/models", .host = "models.example"}).status, 200);
}

TEST(ServiceAccess, AsksForAKeyWhereThereAreKeys) {
  const TemporaryFolder folder;
  const std::string reader = make_key(folder / "keys", "page", Scope::read);
  const std::string admin = make_key(folder / "keys", "ops", Scope::admin);
  TestService service({.keys = KeyRing::load(folder / "keys")});
  const auto ask = [&](std::string_view target, std::string_view authorization,
                       std::string_view api_key = "") {
    return service.send({.method = "POST",
                         .target = target,
                         .body = "{}",
                         .content_type = "application/json",
                         .authorization = authorization,
                         .api_key = api_key});
  };
  EXPECT_EQ(fault_of(ask("/v1/recommend", ""), 401), "no_key");
  EXPECT_EQ(fault_of(ask("/v1/recommend", "Bearer nonsense"), 401), "no_key");
  EXPECT_EQ(fault_of(ask("/v1/recommend", "Basic " + reader), 401), "no_key");
  EXPECT_EQ(ask("/v1/recommend", "Bearer " + reader).status, 200);
  EXPECT_EQ(ask("/v1/recommend", "", reader).status, 200);
  EXPECT_EQ(fault_of(ask("/v1/admin/reload", "Bearer " + reader), 403), "wrong_scope");
  EXPECT_EQ(ask("/v1/admin/reload", "Bearer " + admin).status, 200);
  EXPECT_EQ(service.get("/livez").status, 200);
  EXPECT_EQ(fault_of(service.get("/metrics"), 401), "no_key");
  service.service.set_keys(KeyRing());
  EXPECT_EQ(fault_of(ask("/v1/admin/reload", "Bearer " + admin), 401), "no_key");
  EXPECT_EQ(fault_of(ask("/v1/recommend", ""), 401), "no_key");
}

TEST(ServiceAccess, SlowsDownWhoAsksTooFast) {
  RateLimiter::Time now{};
  TestService service({.limits = {.rate = 0.01, .burst = 2}, .clock = [&] { return now; }});
  const auto ask = [&](std::string_view client) {
    return service.send({.method = "GET", .target = "/v1/models", .client = client});
  };
  EXPECT_EQ(ask("10.0.0.1").status, 200);
  EXPECT_EQ(ask("10.0.0.1").status, 200);
  const HttpResponse refused = ask("10.0.0.1");
  EXPECT_EQ(fault_of(refused, 429), "too_many_requests");
  ASSERT_EQ(refused.headers.at(0).first, "Retry-After");
  EXPECT_EQ(refused.headers[0].second, "100");
  now += std::chrono::seconds(99);
  EXPECT_EQ(ask("10.0.0.1").status, 429);
  now += std::chrono::seconds(1);
  EXPECT_EQ(ask("10.0.0.1").status, 200);
  EXPECT_EQ(ask("10.0.0.1").status, 429);
  EXPECT_EQ(ask("10.0.0.2").status, 200);
  EXPECT_EQ(service.get("/livez").status, 200);
}

}  // namespace
}  // namespace shortlist
