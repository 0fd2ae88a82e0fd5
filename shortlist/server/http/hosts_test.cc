#include "shortlist/server/http/hosts.h"

#include <gtest/gtest.h>

#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

TEST(Hosts, AllowLoopbackNamesWithAnyPort) {
  const AllowedHosts local(true, {});
  for (std::string_view host :
       {"localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.2:80", "[::1]", "[::1]:1"})
    EXPECT_TRUE(local.allows(host)) << host;
  for (std::string_view host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "[::2]", "[", ":", "",
        "[::1].evil.example", "[::1]x", "localhost:evil", "localhost:80:80", "localhost:123456",
        "a@localhost", "localhost ", "128.0.0.1", "[127.0.0.1]", "::1", " "})
    EXPECT_FALSE(local.allows(host)) << host;
}

TEST(Hosts, AllowTheNamesThatAreGiven) {
  const AllowedHosts hosts(true, {"models.example", "other.example:8443"});
  for (std::string_view host :
       {"models.example", "Models.Example:443", "other.example:8443", "localhost:8080"})
    EXPECT_TRUE(hosts.allows(host)) << host;
  for (std::string_view host : {"other.example", "other.example:8444", "x.models.example", "models.example."})
    EXPECT_FALSE(hosts.allows(host)) << host;
  EXPECT_FALSE(AllowedHosts(false, {"models.example"}).allows("localhost"));
  EXPECT_EQ(message_of([] { AllowedHosts(false, {"http://models.example"}); }),
            "--public-host 'http://models.example': need a host's name, such as models.example or "
            "models.example:8443");
}

TEST(Hosts, AllowEveryNameWhereNoneIsGiven) {
  const AllowedHosts any(false, {});
  EXPECT_TRUE(any.allows("models.example"));
  EXPECT_TRUE(any.allows("10.0.0.1:8080"));
  EXPECT_FALSE(any.allows("models.example:http"));
}

TEST(Hosts, AreTakenFromAbsoluteTargets) {
  EXPECT_EQ(AbsoluteTarget::split("/v1/items?q=http://x").host, "");
  EXPECT_EQ(AbsoluteTarget::split("http://a:80/v1").host, "a:80");
  EXPECT_EQ(AbsoluteTarget::split("HTTPS://a/v1?q=1").target, "/v1?q=1");
  EXPECT_EQ(AbsoluteTarget::split("http://a").target, "/");
  EXPECT_EQ(AbsoluteTarget::split("http:///v1").host, " ");
}

}  // namespace
}  // namespace shortlist
