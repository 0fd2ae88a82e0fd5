#include "shortlist/learners/new_values.h"

#include <gtest/gtest.h>

#include "shortlist/layers/combine.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using Texts = std::vector<std::string_view>;

// Items with a genre.
struct Items {
  Items(const Texts& ids, const Texts& genres, uint64_t seed) {
    const std::vector<FeatureConfig> configs = {testing::config("category", {{"column", "item"}}, "item"),
                                                testing::config("category", {{"column", "genre"}}, "genre")};
    FeatureMapFit fit(configs);
    const std::vector<uint32_t> once(ids.size(), 1);
    fit.observe("item", testing::text_column(ids), once);
    fit.observe("genre", testing::text_column(genres), once);
    features = fit.finish();
    features.encode(std::vector<Column>{testing::text_column(ids), testing::text_column(genres)},
                    data.candidates);
    std::vector<int> inputs;
    for (int i = 0; i < 2; ++i) {
      auto table = std::make_shared<Embedding>();
      table->ids = features[static_cast<size_t>(i)].feature->id_count(), table->dim = 2;
      inputs.push_back(spec.add({.name = "candidate/" + features[static_cast<size_t>(i)].name,
                                 .layer = table,
                                 .row_set = kCandidateRows,
                                 .feature = i}));
    }
    spec.candidate = spec.add({"candidate/features", std::make_shared<Concat>(), inputs, kCandidateRows});
    parameters = std::make_unique<Parameters>(spec);
    parameters->initialize(seed);
  }
  std::vector<float> row(size_t item) {
    const auto id = static_cast<size_t>(data.candidates.columns[0].bag(item)[0]);
    const auto found = parameters->find("candidate/item/embeddings")->value.row_span(id);
    return {found.begin(), found.end()};
  }

  FeatureMap features;
  Dataset data;
  ModelSpec spec;
  std::unique_ptr<Parameters> parameters;
};

TEST(NewValues, BeginWithTheMeanOfKnownValuesThatShareAFeature) {
  Items before(Texts{"a", "b", "c"}, Texts{"war", "war", "drama"}, 1);
  Items after(Texts{"a", "b", "c", "d", "e"}, Texts{"war", "war", "drama", "war", "western"}, 2);
  const EarlierModel earlier{before.spec, *before.parameters, before.features, {}, {"item", "genre"}};
  begin_with(earlier, after.spec, after.features, *after.parameters);
  const std::vector<float> mean = after.row(4);
  begin_new_values(earlier, after.spec, after.features, after.data, *after.parameters);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(after.row(i), before.row(i));
  for (size_t i = 0; i < 2; ++i) EXPECT_FLOAT_EQ(after.row(3)[i], (before.row(0)[i] + before.row(1)[i]) / 2);
  EXPECT_EQ(after.row(4), mean);  // no known item is a western
}

}  // namespace
}  // namespace shortlist
