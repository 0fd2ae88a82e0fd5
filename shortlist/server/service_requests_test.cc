// Tests what a service refuses in requests, and how it counts and describes them.
#include <gtest/gtest.h>

#include <regex>

#include "shortlist/testing/served_model.h"

namespace shortlist {
namespace {

using nlohmann::json;

TestService& tiny() {
  static TestService service;
  return service;
}

std::string fault_of(const HttpResponse& response) {
  EXPECT_EQ(response.status, 422);
  return parsed(response).at("detail");
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

TEST(ServiceRequests, RefusesUnknownParametersOfAUrl) {
  EXPECT_EQ(fault_of(tiny().get("/v1/features?colunm=user")),
            "colunm: unknown parameter; this URL takes none");
  EXPECT_EQ(fault_of(tiny().get("/v1/features/user/values?limit=2&query=U1")),
            "query: unknown parameter (known: q, limit, cursor)");
  EXPECT_EQ(fault_of(tiny().get("/v1/models/tiny/items?genre=War")),
            "genre: unknown parameter (known: q, filter, limit, cursor)");
  for (const char* target : {"/v1/items/m01?x", "/v1/model?x=", "/v1/map?x=1", "/v1/models?x=1"})
    EXPECT_EQ(tiny().get(target).status, 422) << target;
  EXPECT_EQ(fault_of(tiny().post("/v1/recommend?k=3", "{}")), "k: unknown parameter; this URL takes none");
}

TEST(ServiceRequests, LetsProbesAndOtherProtocolsAddParameters) {
  for (const char* target :
       {"/livez?probe=1", "/readyz?probe=1", "/metrics?x=1", "/v2?x=1", "/v2/health/ready?x=1",
        "/v2/models/tiny?x=1", "/v1/models/tiny?x=1", "/openapi.json?x=1", "/?k=20"})
    EXPECT_EQ(tiny().get(target).status, 200) << target;
}

TEST(ServiceRequests, RefusesInputsOfNullBesideInstances) {
  const auto status = [](const char* body) { return tiny().post("/v1/models/tiny:predict", body).status; };
  EXPECT_EQ(status(R"({"instances": [{"user": "u01"}]})"), 200);
  EXPECT_EQ(status(R"({"instances": [{"user": "u01"}], "inputs": null})"), 400);
  EXPECT_EQ(status(R"({"inputs": null})"), 400);
}

// The schema of conditions accepts what the service accepts: each text is sent as a filter.
TEST(ServiceRequests, DescribesConditionsAsItReadsThem) {
  const json schemas = parsed(tiny().get("/openapi.json")).at("components").at("schemas");
  const std::regex pattern(schemas.at("ConditionText").at("pattern").get<std::string>());
  for (const std::string condition :
       {"year>=1990", "year<", "year<1.5", "year<x", "year=", "year=x", "year!=-3", "year~",
        "genre=", "genre<", "genre=War", "movie~m", "nothing=1", "year"}) {
    const int status = tiny().post("/v1/recommend", json{{"filter", {condition}}}.dump()).status;
    EXPECT_EQ(status == 200, std::regex_search(condition, pattern)) << condition;
  }
  for (const json& example : schemas.at("ConditionText").at("examples"))
    EXPECT_EQ(tiny().post("/v1/recommend", json{{"filter", {example}}}.dump()).status, 200) << example;
}

TEST(ServiceRequests, EndsListsAtTheMostThatIsRetrieved) {
  TestService service({.limits = {.max_retrieve = 12}});
  const auto items = [&](const char* body) {
    return parsed(service.post("/v1/recommend", body)).at("items").size();
  };
  EXPECT_EQ(items(R"({"k": 5, "offset": 5})"), 5u);
  EXPECT_EQ(items(R"({"k": 5, "offset": 9})"), 3u);
  EXPECT_EQ(items(R"({"k": 5, "offset": 11})"), 1u);
  EXPECT_EQ(fault_of(service.post("/v1/recommend", R"({"offset": 12})")), "offset: got 12, need 0 to 11");
}

TEST(ServiceRequests, DescribesValuesOfQueriesAsItReadsThem) {
  const auto status = [](const std::string& value) {
    return tiny().post("/v1/recommend", R"({"query": {"user": )" + value + "}}").status;
  };
  for (const char* value :
       {"\"u01\"", "7", "-9223372036854775808", "9007199254740991.0", "0.25", "true", "null"})
    EXPECT_EQ(status(value), 200) << value;
  for (const char* value : {"9223372036854775808", "9007199254740992.0", "-6.2e16"})
    EXPECT_EQ(status(value), 422) << value;
  const json schemas = parsed(tiny().get("/openapi.json")).at("components").at("schemas");
  const json number = {{"$ref", "#/components/schemas/ExactNumber"}};
  EXPECT_EQ(schemas.at("Query").at("properties").at("user").at("anyOf").at(1), number);
  EXPECT_EQ(schemas.at("RecommendRequest").at("properties").at("blend").at("maximum"), 1);
}

TEST(ServiceRequests, DescribesIdsAsItReadsThem) {
  const auto status = [](const char* id) {
    return tiny().post("/v1/recommend", std::string(R"({"exclude": [)") + id + "]}").status;
  };
  for (const char* id : {"\"m01\"", "7", "-9223372036854775808", "9223372036854775807", "0.25", "2.5e-42"})
    EXPECT_EQ(status(id), 200) << id;
  for (const char* id : {"9223372036854775808", "9007199254740993.0", "1e300", "null", "true", "[]"})
    EXPECT_EQ(status(id), 422) << id;
}

}  // namespace
}  // namespace shortlist
