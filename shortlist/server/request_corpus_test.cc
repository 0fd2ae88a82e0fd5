// Every input that the fuzzers of requests keep is asked again, and many times with a byte changed.
#include <gtest/gtest.h>

#include <filesystem>

#include "shortlist/base/random.h"
#include "tests/fuzz/connection_input.h"
#include "tests/fuzz/request_input.h"

namespace shortlist {
namespace {

// Calls `ask` with each input of a folder, and with `changes` of its bytes, one at a time.
template <typename Ask>
void ask_all(const std::string& folder, size_t changes, Ask ask) {
  const RandomStream random(1, "changes");
  uint64_t draw = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::string input = read_file(entry.path());
    ask(input);
    for (size_t i = 0; i < changes; ++i) {
      char& byte = input[random.below(draw++, input.size())];
      const char kept = byte;
      byte = static_cast<char>(random.below(draw++, 256));
      ask(input);
      byte = kept;
    }
  }
}

TEST(RequestCorpus, EveryRequestIsAnsweredOrRefused) {
  FuzzedServices services;
  EXPECT_EQ(services.ask(read_file("tests/fuzz/corpus/request/recommend")).status, 200);
  ask_all("tests/fuzz/corpus/request", 100, [&](const std::string& input) { services.ask(input); });
}

std::string repeated(const std::string& text, size_t times, const std::string& between) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += (i > 0 ? between : "") + text;
  return all;
}

// Each would make much of little: the services end the program where an answer or its time is out of
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
  ask_all("tests/fuzz/corpus/connection", 100, [&](const std::string& input) { server.ask(input); });
}

}  // namespace
}  // namespace shortlist
