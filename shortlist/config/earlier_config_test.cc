#include "shortlist/config/earlier_config.h"

#include <gtest/gtest.h>

#include "shortlist/config/config_toml.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/toml.h"

namespace shortlist {
namespace {

// As 0.1.0 and the versions up to 0.2.0 wrote it into bundles.
constexpr const char* kEarlier = R"([data]
table = "ratings.csv"

[items]
table = "movies.csv"
key = "id"

[features]
user = { kind = "category" }
movie = { kind = "category" }

[query]
features = ["user"]

[candidate]
id = "movie"
features = ["movie"]

[retrieval]
hnsw = { connections = 8, build_beam = 30, search_beam = 20 }

[[ranking]]
label = "rating"
layers = [{ mlp = [4], inputs = ["query", "candidate"] }]
)";

Config current(const std::string& toml) {
  return read_config(with_current_names(parse_toml(toml, "config.toml")), "config.toml");
}

TEST(EarlierConfig, IsReadByTheNamesOfThisVersion) {
  const Config config = current(kEarlier);
  EXPECT_EQ(config.items.id, "movie");
  EXPECT_EQ(config.items.features, std::vector<std::string>{"movie"});
  EXPECT_EQ(config.items.table, "movies.csv");
  EXPECT_EQ(config.items.key, "id");
  EXPECT_EQ(config.retrieval->hnsw.m, 8);
  EXPECT_EQ(config.retrieval->hnsw.ef_construction, 30);
  EXPECT_EQ(config.retrieval->hnsw.ef_search, 20);
  const std::string now = config_to_toml(config);
  EXPECT_NE(now.find("inputs = [\"query\", \"item\"]"), std::string::npos) << now;
  EXPECT_EQ(now.find("candidate"), std::string::npos) << now;
  EXPECT_EQ(config_to_toml(current(now)), now);
}

TEST(EarlierConfig, IsAnErrorInAFileThatSaysWhatToWrite) {
  try {
    read_config(parse_toml(kEarlier, "old.toml"), "old.toml");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "old.toml:15: candidate: the section [candidate] is now [items]: write that instead");
  }
}

TEST(EarlierConfig, ThatIsNotOneIsLeftToTheReader) {
  for (const char* toml : {"candidate = 3", "candidate = 3\nitems = 4", "ranking = 3", "ranking = [3]",
                           "[[ranking]]\nlayers = [3]", "retrieval = 3", "[retrieval]\nhnsw = 3"})
    EXPECT_NO_THROW(with_current_names(parse_toml(toml, "config.toml"))) << toml;
  EXPECT_NO_THROW(with_current_names(Value(int64_t{3})));
}

}  // namespace
}  // namespace shortlist
