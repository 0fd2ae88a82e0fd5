// Every input that the fuzzers of requests keep is asked again, and many times with a byte changed.
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

TEST(RequestCorpus, EveryConnectionEnds) {
  FuzzedServer server;
  EXPECT_TRUE(server.ask(read_file("tests/fuzz/corpus/connection/chunks")).starts_with("HTTP/1.1 200 OK"));
  ask_changed(fuzz_corpus("connection"), 100, [&](const std::string& input) { server.ask(input); });
}

}  // namespace
}  // namespace shortlist
