#include "shortlist/server/service.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "shortlist/io/file.h"
#include "shortlist/io/json.h"
#include "shortlist/testing/served_model.h"

namespace shortlist {
namespace {

using nlohmann::json;

TestService& tiny() {
  static TestService service;
  return service;
}

TEST(Service, RecommendsAsTheEngineDoes) {
  const HttpResponse response =
      tiny().post("/v1/recommend",
                  R"({"query": {"user": "u03", "country": "Norway"}, "k": 4, "filter": ["year>=2000"]})");
  ASSERT_EQ(response.status, 200) << response.body;
  const Recommender& recommender = tiny().models.find("")->recommender;
  const RecommendOptions options{.k = 4, .where = {Condition::parse("year>=2000")}};
  const auto expected = recommender.recommend({{"user", "u03"}, {"country", "Norway"}}, options);
  const json answer = parsed(response);
  ASSERT_EQ(answer.at("items").size(), 4u);
  for (size_t i = 0; i < 4; ++i) {
    const json& item = answer["items"][i];
    EXPECT_EQ(item.at("rank"), i + 1);
    EXPECT_EQ(item.at("id"), recommender.item_id(expected[i].item));
    EXPECT_EQ(item.at("score").get<float>(), expected[i].score);
    EXPECT_EQ(item.at("predictions").at("rating").get<float>(), expected[i].predictions[0]);
    EXPECT_EQ(item.at("attributes").at("year"), std::stoi(recommender.attribute(1, expected[i].item)));
  }
  EXPECT_TRUE(answer.at("exact"));
  EXPECT_EQ(answer.at("model").at("name"), "tiny");
}

TEST(Service, AnswersBatchesAsOneByOne) {
  const json batch =
      parsed(tiny().post("/v1/recommend/batch",
                         R"({"queries": [{"user": "u01"}, {"user": "u02"}, {}], "k": 3, "explain": true})"));
  const char* queries[] = {R"({"user": "u01"})", R"({"user": "u02"})", "{}"};
  for (size_t i = 0; i < 3; ++i) {
    const json one = parsed(tiny().post(
        "/v1/recommend", std::string(R"({"k": 3, "explain": true, "query": )") + queries[i] + "}"));
    EXPECT_EQ(batch["answers"][i]["items"], one["items"]);
  }
  const json pairs =
      parsed(tiny().post("/v1/predict/batch", R"({"pairs": [{"query": {"user": "u01"}, "id": "m07"},
      {"query": {"user": "u02"}, "item": {"movie": "m07", "genre": ["War", "Drama"]}}]})"));
  EXPECT_EQ(pairs["answers"][0]["predictions"],
            parsed(tiny().post("/v1/predict", R"({"query": {"user": "u01"}, "id": "m07"})"))["predictions"]);
  EXPECT_EQ(pairs["answers"][1]["predictions"],
            parsed(tiny().post(
                "/v1/predict",
                R"({"query": {"user": "u02"}, "item": {"movie": "m07", "genre": ["War", "Drama"]}})"))
                ["predictions"]);
  const json similar =
      parsed(tiny().post("/v1/similar/batch", R"({"ids": ["m01", "m02"], "by": "jaccard", "k": 2})"));
  EXPECT_EQ(similar["answers"][1]["items"],
            parsed(tiny().post("/v1/similar", R"({"id": "m02", "by": "jaccard", "k": 2})"))["items"]);
}

TEST(Service, TakesListsAndTextsAlike) {
  const auto predict = [](const char* genre) {
    return parsed(tiny().post(
        "/v1/predict", std::string(R"({"item": {"movie": "m07", "genre": )") + genre + "}}"))["predictions"];
  };
  EXPECT_EQ(predict(R"(["War", "Drama"])"), predict(R"("War, Drama")"));
  EXPECT_NE(predict(R"(["War"])"), predict("null"));
}

TEST(Service, FiltersInEveryWay) {
  const auto ids = [](const std::string& options) {
    std::vector<std::string> ids;
    const json answer = parsed(tiny().post("/v1/recommend", "{\"k\": 30, " + options + "}"));
    for (const json& item : answer.at("items")) ids.push_back(item.at("id"));
    std::ranges::sort(ids);
    return ids;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids(R"("allow": ["m03", "m09", "no such"])"), (Ids{"m03", "m09"}));
  EXPECT_EQ(ids(R"("allow": [])"), Ids());
  EXPECT_EQ(ids(R"("allow": ["m03", "m09"], "exclude": ["m03"])"), (Ids{"m09"}));
  EXPECT_EQ(ids(R"("filter": [{"attribute": "year", "comparison": "<", "value": 1992}])"),
            (Ids{"m00", "m01"}));
  EXPECT_EQ(ids(R"("filter": [{"attribute": "year", "value": [1993, "1995"]}])"), (Ids{"m03", "m05"}));
  EXPECT_EQ(ids(R"("filter": ["year>=2018", "movie!=m29"])"), (Ids{"m28"}));
}

TEST(Service, ExplainsScoresByPartsThatAddUp) {
  const json answer = parsed(
      tiny().post("/v1/recommend", R"({"query": {"user": "u03", "country": "Peru"}, "explain": true})"));
  for (const json& item : answer.at("items")) {
    const json& explanation = item.at("explanation");
    EXPECT_EQ(explanation.at("method"), "additive");
    double sum = explanation.at("constant");
    for (const json& feature : explanation.at("features")) {
      sum += feature.at("score").get<double>();
      EXPECT_TRUE(feature.at("predictions").at("rating").is_number());
    }
    EXPECT_NEAR(sum, item.at("score").get<double>(), 1e-4);
  }
}

TEST(Service, WarnsOfValuesThatTheModelHasNotSeen) {
  const json answer =
      parsed(tiny().post("/v1/recommend", R"({"query": {"user": "u03", "country": "Chile"}})"));
  EXPECT_EQ(answer.at("warnings"), json({"country: contains a value that the model has not seen"}));
  EXPECT_FALSE(parsed(tiny().post("/v1/recommend", R"({"query": {"user": "u03", "country": "Peru"}})"))
                   .contains("warnings"));
}

TEST(Service, NamesTheFieldThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"k": 0})", "invalid_field k"},
      {R"({"k": 1001})", "invalid_field k"},
      {R"({"k": "ten"})", "invalid_field k"},
      {R"({"retrieve": -1})", "invalid_field retrieve"},
      {R"({"querry": {}})", "invalid_field querry"},
      {R"({"query": []})", "invalid_field query"},
      {R"({"query": null})", "invalid_field query"},
      {R"({"query": {"contry": "Peru"}})", "invalid_field query.contry"},
      {R"({"query": {"country": {"a": 1}}})", "invalid_field query.country"},
      {R"({"query": {"country": ["Peru", "Japan"]}})", "invalid_field query.country"},
      {R"({"filter": ["year"]})", "invalid_field filter.0"},
      {R"({"filter": ["year>1", "mood=dark"]})", "invalid_field filter.1.attribute"},
      {R"({"filter": ["year>1", "year>=abc"]})", "invalid_field filter.1"},
      {R"({"filter": [{"attribute": "year", "comparison": "==", "value": 1}]})",
       "invalid_field filter.0.comparison"},
      {R"({"exclude": "m01"})", "invalid_field exclude"},
  };
  for (const auto& [body, fault] : cases)
    EXPECT_EQ(fault_of(tiny().post("/v1/recommend", body), 422), fault) << body;
  // Filters may use the attributes and the id.
  EXPECT_NE(tiny().post("/v1/recommend", R"({"filter": ["mood=dark"]})").body.find("movie"),
            std::string::npos);
  EXPECT_EQ(fault_of(tiny().post("/v1/recommend/batch", R"({"queries": [{}, {"user": [[]]}]})"), 422),
            "invalid_field queries.1.user.0");
  EXPECT_EQ(fault_of(tiny().post("/v1/recommend/batch", R"({"queries": []})"), 422), "invalid_field queries");
  EXPECT_EQ(fault_of(tiny().post("/v1/predict", R"({"query": {}})"), 422), "invalid_field id");
  EXPECT_EQ(fault_of(tiny().post("/v1/predict", R"({"id": "m01", "item": {}})"), 422), "invalid_field id");
  EXPECT_EQ(fault_of(tiny().post("/v1/predict", R"({"item": null})"), 422), "invalid_field item");
  EXPECT_NE(tiny().post("/v1/predict", R"({"candidate": {}})").body.find("'candidate' is now 'item'"),
            std::string::npos);
  EXPECT_EQ(fault_of(tiny().post("/v1/similar", R"({"id": "m99"})"), 404), "not_found id");
  EXPECT_EQ(fault_of(tiny().get("/v1/items?limit=0"), 422), "invalid_field limit");
  for (const char* cursor : {"", "7", "0123456789ab", "0123456789ab-", "0123456789ab--1", "0123456789ab-1x",
                             "0123456789ab-1000000000000000000"})
    EXPECT_EQ(fault_of(tiny().get(std::string("/v1/items?cursor=") + cursor), 422), "invalid_field cursor");
  EXPECT_EQ(fault_of(tiny().get("/v1/items?genre=War"), 422), "invalid_field genre");
}

TEST(Service, TellsAllOfAMessageThatHoldsANul) {
  const std::pair<const char*, const char*> cases[] = {
      {"/v1/similar", R"({"id": "a\u0000b"})"},
      {"/v1/recommend", R"({"query": {"a\u0000b": 1}})"},
      {"/v1/recommend", R"({"filter": ["a\u0000b"]})"},
      {"/v1/recommend", R"({"a\u0000b": 1, "a\u0000b": 2})"},
      {"/v1/models/tiny:predict", R"({"inputs": {"a\u0000b": ["u01"]}})"},
  };
  for (const auto& [target, body] : cases) {
    const json problem = parsed(tiny().post(target, body));
    const std::string message = problem.at(problem.contains("detail") ? "detail" : "error");
    EXPECT_NE(message.find(std::string("'a\0b'", 5)), std::string::npos) << body << ": " << message;
  }
}

TEST(Service, SaysThatARankingByTensorFlowsProtocolNeedsTheItem) {
  const auto error = [](const char* instances) {
    const HttpResponse response =
        tiny().post("/v1/models/tiny:predict",
                    fmt::format(R"({{"signature_name": "ranking", "instances": {}}})", instances));
    EXPECT_EQ(response.status / 100, 4);
    return parsed(response).at("error").get<std::string>();
  };
  EXPECT_EQ(error(R"([{"user": "u01", "movie": "m01"}, {"user": "u02"}])"),
            "instances.1: need 'movie', the item's id");
  EXPECT_EQ(error(R"([{"user": "u01", "movie": ""}])"), "the catalogue has no movie ''");
}

TEST(Service, GivesNoMoreItemsThanTheLimitToARequestWithoutK) {
  TestService service({.limits = {.max_k = 3}});
  EXPECT_EQ(parsed(service.post("/v1/recommend", "{}")).at("items").size(), 3u);
  EXPECT_EQ(parsed(service.post("/v1/similar", R"({"id": "m01"})")).at("items").size(), 3u);
  const json scores = parsed(service.post("/v1/models/tiny:predict", R"({"inputs": {"user": ["u01"]}})"));
  EXPECT_EQ(scores.at("outputs").at("output_1").at(0).size(), 3u);
  const json tensors = parsed(service.post("/v2/models/tiny/infer", R"({"inputs": [
      {"name": "user", "datatype": "BYTES", "shape": [1], "data": ["u01"]}]})"));
  EXPECT_EQ(tensors.at("outputs").at(0).at("shape"), json({1, 3}));
  const json schemas = parsed(service.get("/openapi.json")).at("components").at("schemas");
  EXPECT_EQ(schemas.at("RecommendRequest").at("properties").at("k").at("default"), 3);
  EXPECT_EQ(fault_of(service.post("/v1/recommend", R"({"k": 4})"), 422), "invalid_field k");
  EXPECT_EQ(parsed(tiny().post("/v1/recommend", "{}")).at("items").size(), 10u);
}

TEST(Service, RefusesWhatIsNoJson) {
  for (const char* body :
       {"", "{", "{\"k\": 1,}", "{\"k\": 1} {}", "\xff", "{\"k\": 1, \"k\": 2}", "{\"k\": 1e999}"})
    EXPECT_EQ(fault_of(tiny().post("/v1/recommend", body), 400), "invalid_json") << body;
  EXPECT_EQ(fault_of(tiny().post("/v1/recommend", "[]"), 422), "invalid_field ");
  const HttpResponse form =
      tiny().send({.method = "POST", .target = "/v1/recommend", .body = "{}", .content_type = "text/plain"});
  EXPECT_EQ(fault_of(form, 415), "unsupported_media_type");
}

TEST(Service, TellsPathsAndMethodsApart) {
  EXPECT_EQ(fault_of(tiny().get("/v1/nothing"), 404), "not_found");
  EXPECT_EQ(fault_of(tiny().get("/v1/items/%4"), 400), "invalid_target");
  const HttpResponse wrong = tiny().get("/v1/recommend");
  EXPECT_EQ(fault_of(wrong, 405), "method_not_allowed");
  EXPECT_EQ(wrong.headers.at(0).second, "POST");
  EXPECT_EQ(tiny().get("/v1/models/tiny:predict").headers.at(0).second, "POST");
  EXPECT_EQ(tiny().post("/v1/models/tiny", "{}").headers.at(0).second, "GET, HEAD");
  EXPECT_EQ(tiny().send({.method = "HEAD", .target = "/v1/items"}).status, 200);
  EXPECT_EQ(parsed(tiny().get("/v1/items/m0%37")).at("id"), "m07");
  EXPECT_EQ(fault_of(tiny().get("/v1/models/other/model"), 404), "no_model");
}

TEST(Service, PagesThroughTheCatalogue) {
  std::vector<std::string> ids;
  std::string cursor;
  do {
    const json page = parsed(
        tiny().get("/v1/items?filter=year>=2000&limit=7" + (cursor.empty() ? "" : "&cursor=" + cursor)));
    EXPECT_EQ(page.at("total"), 20);
    for (const json& item : page.at("items")) ids.push_back(item.at("id"));
    cursor = page.value("next_cursor", "");
    if (!cursor.empty()) {
      EXPECT_EQ(fault_of(tiny().get("/v1/items?filter=year>=2001&cursor=" + cursor), 409),
                "stale_cursor cursor");
    }
  } while (!cursor.empty());
  ASSERT_EQ(ids.size(), 20u);
  EXPECT_EQ(ids.front(), "m10");
  EXPECT_EQ(ids.back(), "m29");
}

TEST(Service, TellsWhatAQueryConsistsOf) {
  const json features = parsed(tiny().get("/v1/features"));
  EXPECT_EQ(features["query"][1]["column"], "country");
  EXPECT_EQ(features["query"][1]["input"], "one");
  EXPECT_EQ(features["query"][1]["choices"], json({"Japan", "Norway", "Peru"}));
  EXPECT_EQ(features["attributes"][0]["input"], "several");
  EXPECT_EQ(features["attributes"][1],
            json({{"column", "year"}, {"input", "number"}, {"least", 1990.0}, {"most", 2019.0}}));
  EXPECT_EQ(features["labels"][0]["label"], "rating");
  EXPECT_LT(features["labels"][0]["least"], features["labels"][0]["most"]);
  EXPECT_EQ(features["similar_by"], json({"learned", "jaccard", "cosine"}));
  EXPECT_EQ(features["max_k"], 1000);
  TestService strict({.limits = {.max_k = 3, .max_retrieve = 20}});
  const json limited = parsed(strict.get("/v1/features"));
  EXPECT_EQ(limited["max_k"], 3);
  EXPECT_EQ(limited["max_retrieve"], 20);
  const json values = parsed(tiny().get("/v1/features/user/values?q=U1&limit=2"));
  EXPECT_EQ(values["values"], json({"u10", "u11"}));
  EXPECT_EQ(values["total"], 4);
}

TEST(Service, ShowsTheModelCard) {
  const json card = parsed(tiny().get("/v1/model"));
  EXPECT_EQ(card["sizes"]["items"], 30);
  EXPECT_EQ(card["history"]["epochs"].size(), 4u);
  EXPECT_EQ(card["report"]["split"], "test");
  EXPECT_NE(card["config"].get<std::string>().find("[items]"), std::string::npos);
  const std::string report = tiny_bundle() + "/report.json";
  const std::string in_order = dump_json_value_line(parse_json_value(read_file(report), report));
  EXPECT_NE(tiny().get("/v1/model").body.find("\"report\":" + in_order), std::string::npos);
  const json map = parsed(tiny().get("/v1/map"));
  EXPECT_EQ(map["ids"].size(), 30u);
  EXPECT_EQ(map["x"].size(), 30u);
  EXPECT_EQ(map["attributes"]["genre"].size(), 30u);
}

TEST(Service, DescribesEveryRouteItHas) {
  const json document = parsed(tiny().get("/openapi.json"));
  EXPECT_EQ(document["openapi"], "3.1.0");
  size_t operations = 0;
  for (const json& path : document["paths"]) operations += path.size();
  EXPECT_EQ(operations, tiny().service.routes().size());
  EXPECT_EQ(document["components"]["schemas"]["Query"]["properties"].size(), 2u);
}

TEST(Service, ServesSeveralModelsByName) {
  TestService two({}, {{"a", tiny_bundle()}, {"b", tiny_bundle()}});
  EXPECT_EQ(parsed(two.post("/v1/recommend", "{}"))["model"]["name"], "a");
  EXPECT_EQ(parsed(two.post("/v1/models/b/recommend", "{}"))["model"]["name"], "b");
  EXPECT_EQ(parsed(two.get("/v1/models/b/items/m01"))["model"]["name"], "b");
  EXPECT_EQ(parsed(two.get("/v1/models"))["models"].size(), 2u);
}

TEST(Service, SaysWhenNoMoreRequestsShouldCome) {
  TestService service;
  EXPECT_EQ(service.get("/livez").status, 200);
  EXPECT_EQ(service.get("/readyz").status, 200);
  service.service.set_draining();
  EXPECT_EQ(service.get("/livez").status, 200);
  EXPECT_EQ(service.get("/readyz").status, 503);
}

TEST(Service, CountsWhatItDoes) {
  TestService service;
  service.post("/v1/recommend", "{}");
  service.post("/v1/recommend", "{");
  const std::string text = service.get("/metrics").body;
  for (const char* line : {"http_requests_total{code=\"200\",operation=\"recommend\"} 1",
                           "http_requests_total{code=\"400\",operation=\"recommend\"} 1",
                           "http_request_duration_seconds_count{operation=\"recommend\"} 2",
                           "shortlist_stage_duration_seconds_count{stage=\"retrieve\"} 1",
                           "model_info{model=\"tiny\",version=\""})
    EXPECT_NE(text.find(line), std::string::npos) << line;
}

TEST(Service, ServesThePage) {
  const HttpResponse page = tiny().get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(fault_of(tiny().get("/assets/none.js"), 404), "not_found");
  std::string tag;
  for (const auto& [name, value] : page.headers)
    if (name == "ETag") tag = value;
  EXPECT_EQ(tiny().send({.method = "GET", .target = "/", .if_none_match = tag}).status, 304);
}

}  // namespace
}  // namespace shortlist
