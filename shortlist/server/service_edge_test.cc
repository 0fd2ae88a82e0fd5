// Tests what a service does before and after it answers requests: hosts, sites, keys, headers.
#include <gtest/gtest.h>

#include <filesystem>

#include "shortlist/server/routes/problem_codes.h"
#include "shortlist/testing/served_model.h"

namespace shortlist {
namespace {

using nlohmann::json;

TestService& tiny() {
  static TestService service;
  return service;
}

std::string header(const HttpResponse& response, std::string_view name) {
  for (const auto& [known, value] : response.headers)
    if (known == name) return value;
  return "";
}

std::string code_of(const HttpResponse& response) { return parsed(response).at("code"); }

TEST(ServiceEdge, AnswersUnderLoopbackAndPublicNames) {
  TestService service({.public_hosts = {"models.example"}});
  const auto status = [&](std::string_view host, std::string_view target = "/v1/models") {
    return service.send({.method = "GET", .target = target, .host = host}).status;
  };
  for (std::string_view host : {"127.0.0.2:8080", "LOCALHOST", "models.example", "models.example:443"})
    EXPECT_EQ(status(host), 200) << host;
  for (std::string_view host : {"[::1].evil.example", "localhost:evil", "models.example.evil.example"})
    EXPECT_EQ(status(host), 421) << host;
  EXPECT_EQ(status("localhost", "http://models.example/v1/models"), 200);
  EXPECT_EQ(status("localhost", "http://evil.example/v1/models"), 421);
  EXPECT_EQ(status("evil.example", "http://localhost/v1/models"), 421);
  EXPECT_EQ(status("10.0.0.7:8080", "/livez"), 200);
}

TEST(ServiceEdge, TakesForeignBodiesOnlyAsJson) {
  const auto ask = [](std::string_view type, std::string_view origin, std::string_view site) {
    return tiny().send({.method = "POST",
                        .target = "/v1/models/tiny:predict",
                        .body = R"({"instances": [{"user": "u01"}]})",
                        .content_type = type,
                        .origin = origin,
                        .fetch_site = site});
  };
  EXPECT_EQ(ask("application/json", "", "").status, 200);
  EXPECT_EQ(ask("", "", "").status, 200);
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "text/plain;application/json"})
    EXPECT_EQ(ask(type, "", "").status, 415) << type;
  EXPECT_EQ(ask("", "https://evil.example", "").status, 415);
  EXPECT_EQ(ask("", "", "same-site").status, 415);
}

TEST(ServiceEdge, AnswersNoPageOfAnotherSite) {
  const auto ask = [](TestService& service, std::string_view site, std::string_view mode,
                      std::string_view target, std::string_view origin = "") {
    return service.send(
        {.method = "GET", .target = target, .origin = origin, .fetch_site = site, .fetch_mode = mode});
  };
  EXPECT_EQ(code_of(ask(tiny(), "cross-site", "no-cors", "/v1/map")), "cross_site");
  EXPECT_EQ(ask(tiny(), "same-origin", "cors", "/v1/map").status, 200);
  EXPECT_EQ(ask(tiny(), "cross-site", "navigate", "/v1/models").status, 200);
  TestService shared({.cors_origins = {"https://shop.example"}});
  EXPECT_EQ(ask(shared, "cross-site", "cors", "/v1/models", "https://shop.example").status, 200);
  EXPECT_EQ(ask(shared, "cross-site", "cors", "/v1/models", "https://evil.example").status, 403);
}

TEST(ServiceEdge, LetsPagesOfNamedOriginsReadAnswers) {
  TestService service({.cors_origins = {"https://shop.example"}});
  const HttpRequest request{.method = "GET", .target = "/v1/nope", .origin = "https://shop.example"};
  const HttpResponse answer = service.send(request);
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(header(answer, "Access-Control-Allow-Origin"), "https://shop.example");
  EXPECT_NE(header(answer, "Vary").find("Origin"), std::string::npos);
  const HttpResponse preflight =
      service.send({.method = "OPTIONS", .target = "/v1/recommend", .origin = "https://shop.example"});
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(header(preflight, "Access-Control-Allow-Methods"), "GET, HEAD, POST");
  EXPECT_NE(header(preflight, "Access-Control-Allow-Headers").find("Content-Type"), std::string::npos);
  const HttpResponse other =
      service.send({.method = "GET", .target = "/v1/models", .origin = "https://evil.example"});
  EXPECT_EQ(header(other, "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header(tiny().send(request), "Access-Control-Allow-Origin"), "");
  for (const char* origin : {"shop.example", "https://shop.example/", "null", ""})
    EXPECT_NE(message_of([&] { TestService({.cors_origins = {origin}}); }), "") << origin;
}

TEST(ServiceEdge, NamesTheMethodsOfAPath) {
  const HttpResponse refused = tiny().send({.method = "DELETE", .target = "/v1/recommend"});
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(header(refused, "Allow"), "POST");
  EXPECT_EQ(parsed(refused).at("detail"), "method DELETE is not allowed on /v1/recommend, only POST");
  EXPECT_EQ(header(tiny().post("/livez", "{}"), "Allow"), "GET, HEAD");
  EXPECT_EQ(header(tiny().post("/", "{}"), "Allow"), "GET, HEAD");
  const HttpResponse options = tiny().send({.method = "OPTIONS", .target = "/v1/items"});
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(header(options, "Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(tiny().send({.method = "OPTIONS", .target = "/nope"}).status, 404);
}

TEST(ServiceEdge, HasOnlyThePagesOwnViews) {
  for (const char* path : {"/", "/similar", "/model"}) EXPECT_NE(tiny().get(path).status, 405) << path;
  for (const char* path : {"/nope", "/similar/x", "/v1/", "/health", "/index"}) {
    const HttpResponse response = tiny().get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.content_type, "application/problem+json") << path;
    EXPECT_EQ(code_of(response), "not_found") << path;
  }
  EXPECT_EQ(tiny().get("/healthz").status, 200);
}

TEST(ServiceEdge, TakesTheSchemeOfAKeyInAnyCase) {
  const TemporaryFolder folder;
  const std::string key = make_key(folder / "keys", "page", Scope::read);
  TestService service({.keys = KeyRing::load(folder / "keys")});
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER  "}) {
    const std::string authorization = scheme + key;
    EXPECT_EQ(service.send({.method = "GET", .target = "/v1/models", .authorization = authorization}).status,
              200)
        << scheme;
  }
}

TEST(ServiceEdge, RefusesBeforeTheBodyIsLookedAt) {
  const TemporaryFolder folder;
  make_key(folder / "keys", "page", Scope::read);
  TestService service({.keys = KeyRing::load(folder / "keys")});
  const RoutedRequest routed = service.service.route(
      {.method = "POST", .target = "/v1/recommend/batch", .host = "localhost", .api_key = "wrong"});
  ASSERT_TRUE(routed.problem);
  EXPECT_EQ(routed.problem->code(), "no_key");
}

TEST(ServiceEdge, HoldsARateForANetworkBehindProxies) {
  TestService service({.limits = {.rate = 0.01, .burst = 1}, .trusted_proxies = 1});
  const auto ask = [&](std::string_view client, std::string_view forwarded = "") {
    return service
        .send({.method = "GET", .target = "/v1/models", .forwarded_for = forwarded, .client = client})
        .status;
  };
  EXPECT_EQ(ask("2001:db8:0:1::1"), 200);
  EXPECT_EQ(ask("2001:db8:0:1:ffff::2"), 429);
  EXPECT_EQ(ask("2001:db8:0:2::1"), 200);
  EXPECT_EQ(ask("10.0.0.1", "1.1.1.1"), 200);
  EXPECT_EQ(ask("10.0.0.1", "1.1.1.1"), 429);
  EXPECT_EQ(ask("10.0.0.1", "1.1.1.1, 2.2.2.2"), 200);
}

TEST(ServiceEdge, GivesEveryAnswerAnId) {
  const auto id = [](std::string_view given) {
    return header(tiny().send({.method = "GET", .target = "/v1/nope", .request_id = given}), "X-Request-Id");
  };
  EXPECT_EQ(id("abc-1"), "abc-1");
  EXPECT_EQ(id("").size(), 16u);
  EXPECT_NE(id(""), id(""));
  EXPECT_EQ(id("a b").size(), 16u);
  EXPECT_EQ(id(std::string(129, 'a')).size(), 16u);
}

TEST(ServiceEdge, LetsNobodyStoreAnswers) {
  EXPECT_EQ(header(tiny().get("/v1/models"), "Cache-Control"), "no-store");
  EXPECT_EQ(header(tiny().get("/v1/nope"), "Cache-Control"), "no-store");
  EXPECT_EQ(header(tiny().get("/"), "Cache-Control"), "no-cache");
}

TEST(ServiceEdge, CompressesForClientsThatTakeIt) {
  const HttpResponse plain = tiny().get("/v1/model");
  const HttpResponse gzipped =
      tiny().send({.method = "GET", .target = "/v1/model", .accept_encoding = "gzip"});
  EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(plain, "Content-Encoding"), "");
  EXPECT_EQ(header(gzipped, "Content-Encoding"), "gzip");
  EXPECT_LT(gzipped.content().size(), plain.content().size() / 2);
}

TEST(ServiceEdge, LogsFailuresAndWhereAskedEveryRequest) {
  TestService service({.access_log = true});
  service.service.set_draining();
  testing::internal::CaptureStderr();
  service.send({.method = "GET", .target = "/readyz", .request_id = "abc", .client = "10.0.0.1"});
  service.send({.method = "GET", .target = "/v1/models", .request_id = "def", .client = "10.0.0.1"});
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(
      log.find("msg=\"request failed\" request_id=abc client=10.0.0.1 method=GET target=/readyz status=503"),
      std::string::npos)
      << log;
  EXPECT_NE(
      log.find("msg=request request_id=def client=10.0.0.1 key=\"\" method=GET target=/v1/models status=200"),
      std::string::npos)
      << log;
}

TEST(ServiceEdge, HidesWhyItFailed) {
  testing::internal::CaptureStderr();
  const HttpResponse response = tiny().service.refuse({.method = "GET", .request_id = "abc"},
                                                      {500, "internal", "cannot read /srv/secret"});
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(response.body.find("secret"), std::string::npos);
  EXPECT_NE(response.body.find("abc"), std::string::npos);
  EXPECT_NE(log.find("cannot read /srv/secret"), std::string::npos);
}

TEST(ServiceEdge, LoadsBundlesOnlyFromTheirRoot) {
  const TemporaryFolder folder, root;
  const std::string key = make_key(folder / "keys", "ops", Scope::admin);
  std::filesystem::copy(tiny_bundle(), root / "next", std::filesystem::copy_options::recursive);
  const auto reload = [&](const std::string& bundles_root, const std::string& bundle) {
    TestService service({.keys = KeyRing::load(folder / "keys"), .bundles_root = bundles_root});
    const std::string body = json({{"bundle", bundle}}).dump();
    return service.send({.method = "POST",
                         .target = "/v1/admin/reload",
                         .body = body,
                         .content_type = "application/json",
                         .api_key = key});
  };
  EXPECT_EQ(reload(root.path(), "next").status, 200);
  EXPECT_EQ(reload(root.path(), root / "next").status, 200);
  EXPECT_EQ(code_of(reload("", root / "next")), "no_bundles_root");
  const json there = parsed(reload(root.path(), "/etc")), not_there = parsed(reload(root.path(), "/no/such"));
  EXPECT_EQ(there.at("detail"), "'/etc' is not a folder in --bundles-root");
  EXPECT_EQ(not_there.at("detail"), "'/no/such' is not a folder in --bundles-root");
  EXPECT_EQ(there.at("status"), not_there.at("status"));
}

TEST(ServiceEdge, TakesNumbersForIds) {
  EXPECT_EQ(code_of(tiny().post("/v1/similar", R"({"id": 7})")), "not_found");
  EXPECT_EQ(code_of(tiny().post("/v1/predict", R"({"id": 7.0})")), "not_found");
  for (const char* id : {"true", "null", "[1]", "1e300", "12345678901234567890"})
    EXPECT_EQ(code_of(tiny().post("/v1/similar", std::string(R"({"id": )") + id + "}")), "invalid_field")
        << id;
  EXPECT_EQ(code_of(tiny().post("/v1/recommend", R"({"query": {"user": 12345678901234567890}})")),
            "invalid_field");
}

TEST(ServiceEdge, NamesUnknownIdsOfLists) {
  const json answer =
      parsed(tiny().post("/v1/recommend", R"({"exclude": ["m01", 7, "x"], "allow": ["m02", "y"],
      "query": {"user": "u03", "country": "Peru"}})"));
  EXPECT_EQ(answer.at("warnings"),
            json({"allow: the catalogue has no movie 'y'", "exclude: the catalogue has no movie '7', 'x'"}));
  const json batch = parsed(tiny().post("/v1/recommend/batch", R"({"exclude": ["x"],
      "queries": [{"user": "u03", "country": "Chile"}, {"user": "u03", "country": "Peru"}]})"));
  EXPECT_EQ(batch.at("warnings"), json({"exclude: the catalogue has no movie 'x'",
                                        "country: contains a value that the model has not seen"}));
}

TEST(ServiceEdge, TakesListsAndTextsInOneBatch) {
  const auto predict = [](const std::string& genres) {
    json pairs = json::array();
    for (const json& genre : json::parse(genres))
      pairs.push_back({{"query", {{"user", "u01"}}}, {"item", {{"movie", "m07"}, {"genre", genre}}}});
    const json answer = parsed(tiny().post("/v1/predict/batch", json({{"pairs", pairs}}).dump()));
    EXPECT_TRUE(answer.contains("answers")) << answer;
    return answer.value("answers", json());
  };
  const json lists = predict(R"([["War", "Drama"], ["War"], ["Drama"], null])");
  EXPECT_EQ(predict(R"([["War", "Drama"], "War", ["Drama"], null])"), lists);
  EXPECT_EQ(predict(R"(["War, Drama", ["War"], "Drama", null])"), lists);
}

TEST(ServiceEdge, ShowsExamplesThatCanBeSent) {
  const json document = parsed(tiny().get("/openapi.json"));
  size_t sent = 0;
  for (const auto& [path, operations] : document.at("paths").items()) {
    if (!operations.contains("post") || path == "/v1/admin/reload") continue;
    const json& post = operations["post"];
    std::string target = path;
    for (const json& parameter : post.value("parameters", json::array())) {
      if (parameter.at("in") != "path") continue;
      const std::string name = "{" + parameter.at("name").get<std::string>() + "}";
      target.replace(target.find(name), name.size(), parameter.at("example").get<std::string>());
    }
    const std::string body = post.at("requestBody").at("content").at("application/json").at("example").dump();
    const HttpResponse response = tiny().post(target, body);
    EXPECT_EQ(response.status, 200) << target << " " << body << " " << response.body;
    ++sent;
  }
  EXPECT_GE(sent, 10u);
  EXPECT_EQ(document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"].size(),
            std::size(kProblemCodes));
}

TEST(ServiceEdge, SearchesValuesByTheirWords) {
  const auto found = [](std::string_view text) {
    return parsed(tiny().get(fmt::format("/v1/features/user/values?q={}&limit=1000", text)));
  };
  const json all = found("");
  EXPECT_EQ(all["values"].size(), all["total"].get<size_t>());
  EXPECT_EQ(found("U10")["values"], json({"u10"}));
  EXPECT_EQ(found("u10")["values"], found("%20U10%20")["values"]);
  EXPECT_EQ(found("nobody")["total"], 0);
  EXPECT_EQ(found("nobody")["exact"], true);
}

TEST(ServiceEdge, NamesTheUsersColumnAndTheOrderOfLists) {
  const json features = parsed(tiny().get("/v1/features"));
  EXPECT_EQ(features["user_column"], "user");
  EXPECT_TRUE(features["order"] == "score" || features["order"] == "predicted" ||
              features["order"] == "blend");
}

}  // namespace
}  // namespace shortlist
