// Tests what a service refuses in requests, and how it counts and describes them.
#include <gtest/gtest.h>

#include "shortlist/testing/served_model.h"

namespace shortlist {
namespace {

TestService& tiny() {
  static TestService service;
  return service;
}

TEST(ServiceRequests, CountsEachOperationUnderItsName) {
  TestService service;
  service.post("/v1/models/tiny:predict", R"({"instances": [{"user": "u01"}]})");
  service.post("/v1/recommend/batch", R"({"queries": [{}]})");
  service.get("/v1/features/user/values");
  service.get("/");
  service.get("/nowhere");
  const std::string text = service.get("/metrics").body;
  for (const char* line : {"code=\"200\",operation=\"tensorflow_predict\"} 1",
                           "code=\"200\",operation=\"recommend_batch\"} 1", "code=\"404\",operation=\"\"} 1",
                           "code=\"200\",operation=\"list_values\"} 1", "code=\"200\",operation=\"page\"} 1"})
    EXPECT_NE(text.find(line), text.npos) << line << "\n" << text.substr(0, 1000);
}

}  // namespace
}  // namespace shortlist
