// Sends every input of the requests' fuzz corpus as it is, and many times with one byte changed.
#include <gtest/gtest.h>

#include "tests/fuzz/connection_input.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/request_input.h"

namespace shortlist {
namespace {

TEST(RequestCorpus, EveryRequestIsAnsweredOrRefused) {
  FuzzedServices services;
  EXPECT_EQ(services.ask(read_file("tests/fuzz/corpus/request/recommend")).status, 200);
  ask_changed(fuzz_corpus("request"), 100, [&](const std::string& input) { services.ask(input); });
}

std::string repeated(const std::string& text, size_t times, const std::string& between) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += (i > 0 ? between : "") + text;
  return all;
}

// Inputs that could cause disproportionate work. The services abort if an answer or its time is out of
// proportion.
TEST(RequestCorpus, NoRequestIsAnsweredOutOfProportion) {
  FuzzedServices services;
  const auto post = [](const std::string& target, const std::string& body) {
    return "POST " + target + "\n\n" + body;
  };
  const std::string column =
      R"({"name":"genre","datatype":"BYTES","shape":[256],"data":[)" + repeated("\"a\"", 256, ",") + "]}";
  EXPECT_EQ(services
                .ask(post("/v2/models/tiny/infer", R"({"inputs":[)" + column + R"(],"outputs":[)" +
                                                       repeated(R"({"name":"ids"})", 2'000, ",") + "]}"))
                .status,
            400);
  services.ask(post("/v1/recommend/batch",
                    R"({"k":1000,"explain":true,"queries":[)" + repeated("{}", 256, ",") + "]}"));
  services.ask(post("/v1/recommend", R"({"filter":[)" + repeated("\"title~a\"", 50'000, ",") + "]}"));
  services.ask("GET /v1/items?q=" + repeated("a", 8'000, "+") + "\n\n");
  services.ask(post("/v1/predict", R"({"id":")" + std::string(500'000, 'a') + "\"}"));
}

TEST(RequestCorpus, EveryConnectionEnds) {
  FuzzedServer server;
  EXPECT_TRUE(server.ask(read_file("tests/fuzz/corpus/connection/chunks")).starts_with("HTTP/1.1 200 OK"));
  ask_changed(fuzz_corpus("connection"), 100, [&](const std::string& input) { server.ask(input); });
}

}  // namespace
}  // namespace shortlist
