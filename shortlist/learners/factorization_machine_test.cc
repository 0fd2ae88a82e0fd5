#include <gtest/gtest.h>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/jobs/training.h"
#include "shortlist/recommend/golden.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/testing/small_table.h"

namespace shortlist {
namespace {

constexpr const char* kConfig = R"([data]
table = "TABLE"
user  = "user"
split = { train = 0.8, validation = 0.1, test = 0.1 }

[model]
kind    = "factorization_machine"
factors = 6

[features]
user  = { kind = "category" }
movie = { kind = "category" }
genre = { kind = "categories" }
year  = { kind = "number" }

[query]
features = ["user"]

[items]
id       = "movie"
features = ["movie", "genre", "year"]

[retrieval]
top_k = [1, 5]

[training]
epochs = 2
)";

// The towers that the kind stands for.
const Changes kAsTowers = {
    {"kind    = \"factorization_machine\"\nfactors = 6", "kind = \"two_tower\""},
    {"user  = { kind = \"category\" }", "user = { kind = \"category\", dim = 6 }"},
    {"movie = { kind = \"category\" }", "movie = { kind = \"category\", dim = 6 }"},
    {"kind = \"categories\" }", "kind = \"categories\", dim = 6 }"},
    {"features = [\"user\"]", "features = [\"user\"]\nbiases = true"},
    {"features = [\"movie\", \"genre\", \"year\"]",
     "features = [\"movie\", \"genre\", \"year\"]\nbiases = true\nlayers = [{ dense = 6, bias = false, name "
     "= "
     "\"year_factors\", inputs = [\"year\"] }, { add = true, inputs = [\"movie\", \"genre\", "
     "\"year_factors\"] }]"}};

class FactorizationMachineKind : public ::testing::Test {
 protected:
  Config config(const Changes& changes = {}) const {
    const std::string toml = replaced(replaced(kConfig, changes), {{"TABLE", table_.path()}});
    return read_config(parse_toml(toml, "fm.toml"), "fm.toml");
  }
  std::string train_to(const std::string& name, const Config& config) const {
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    train(config, {.out = table_.folder() / name, .threads = 1, .overwrite = true}, nobody, stop);
    return table_.folder() / name;
  }

  TinyTable table_;
};

TEST_F(FactorizationMachineKind, HasTheWeightsOfTheTowersThatItStandsFor) {
  const std::string machine = train_to("machine", config()), towers = train_to("towers", config(kAsTowers));
  for (const char* file : {"weights.safetensors", "item_vectors.safetensors"})
    EXPECT_EQ(read_file(machine + "/" + file), read_file(towers + "/" + file)) << file;
}

// The score is the formula over all pairs of a feature of the query and one of the item, and the biases.
TEST_F(FactorizationMachineKind, AnswersFromItsBundle) {
  const std::string path = train_to("machine", config());
  const Recommender recommender = Recommender::load(path);
  EXPECT_EQ(recommender.bundle().spec.kind, "factorization_machine");
  EXPECT_GT(check_golden_requests(recommender), 0u);
  EXPECT_EQ(recommender.recommend(Record{{"user", "u03"}}, {.k = 3}).size(), 3u);
  EXPECT_EQ(recommender.bundle().item_vectors().cols, 8u);  // and a column for each tower's bias
}

TEST_F(FactorizationMachineKind, RejectsLayersAndOtherWidths) {
  EXPECT_EQ(message_of([&] {
              config({{"movie = { kind = \"category\" }", "movie = { kind = \"category\", dim = 4 }"}});
            }),
            "fm.toml:12: features.movie.dim: a factorization machine has one width for all features, "
            "model.factors = 6");
  EXPECT_EQ(message_of([&] {
              config({{"features = [\"user\"]", "features = [\"user\"]\nlayers = [{ dense = 3 }]"}});
            }),
            "fm.toml:18: query.layers: a factorization machine has no layers of its own; model.kind = "
            "\"two_tower\" does");
  EXPECT_EQ(message_of([&] {
              config({{"factors = 6", "factor = 6"}});
            }),
            "fm.toml:8: model: unknown key 'factor'; did you mean 'factors'? (known: factors, kind)");
}

}  // namespace
}  // namespace shortlist
