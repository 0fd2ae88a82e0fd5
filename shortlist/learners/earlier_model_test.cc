#include "shortlist/learners/earlier_model.h"

#include <gtest/gtest.h>

#include "shortlist/layers/dense.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using Texts = std::vector<std::string_view>;

// A query with one category, and a dense layer.
struct Model {
  Model(const Texts& values, uint64_t seed, int width = 2) {
    const std::vector<FeatureConfig> configs = {testing::config("category", {{"column", "x"}})};
    FeatureMapFit fit(configs);
    fit.observe("x", testing::text_column(values), std::vector<uint32_t>(values.size(), 1));
    features = fit.finish();
    auto table = std::make_shared<Embedding>();
    table->ids = features[0].feature->id_count(), table->dim = 3;
    auto dense = std::make_shared<Dense>();
    dense->dense = width;
    const int input = spec.add({.name = "query/x", .layer = table, .row_set = kQueryRows, .feature = 0});
    spec.query = spec.add({"query/dense", dense, {input}, kQueryRows});
    parameters = std::make_unique<Parameters>(spec);
    parameters->initialize(seed);
  }
  std::vector<float> row(std::string_view value) {
    const EncodedColumn encoded = [&] {
      EncodedColumn out;
      features[0].feature->encode(testing::text_column(Texts{value}), out);
      return out;
    }();
    const auto found =
        parameters->find("query/x/embeddings")->value.row_span(static_cast<size_t>(encoded.ids[0]));
    return {found.begin(), found.end()};
  }
  std::vector<float> kernel() {
    const Matrix value = parameters->find("query/dense/kernel")->value;
    std::vector<float> all;
    for (size_t r = 0; r < value.rows; ++r) all.insert(all.end(), value.row(r), value.row(r) + value.cols);
    return all;
  }

  FeatureMap features;
  ModelSpec spec;
  std::unique_ptr<Parameters> parameters;
};

TEST(EarlierModel, GivesKnownValuesTheirRowsAndNewOnesTheMean) {
  Model before(Texts{"a", "b", "c"}, 1), after(Texts{"b", "c", "d"}, 2);
  EXPECT_NE(after.kernel(), before.kernel());
  begin_with({before.spec, *before.parameters, before.features, {"x"}, {}}, after.spec, after.features,
             *after.parameters);
  EXPECT_EQ(after.row("b"), before.row("b"));
  EXPECT_EQ(after.row("c"), before.row("c"));
  EXPECT_EQ(after.row("unseen"), before.row("unseen"));
  EXPECT_EQ(after.kernel(), before.kernel());
  for (size_t i = 0; i < 3; ++i)
    EXPECT_FLOAT_EQ(after.row("d")[i], (before.row("a")[i] + before.row("b")[i] + before.row("c")[i]) / 3);
}

TEST(EarlierModel, RejectsAModelOfAnotherForm) {
  Model before(Texts{"a"}, 1), after(Texts{"a"}, 1, 4);
  EXPECT_EQ(testing::message_of([&] {
              begin_with({before.spec, *before.parameters, before.features, {"x"}, {}}, after.spec,
                         after.features, *after.parameters);
            }),
            "the parameter 'query/dense/kernel' is 3 x 2 in the earlier model, but 3 x 4 now");
}

TEST(EarlierModel, CategoriesKeepKnownValuesAndAdmitNewOnesByTheirCount) {
  const std::vector<FeatureConfig> configs = {
      testing::config("category", {{"column", "x"}, {"minimum_count", 2}})};
  const auto fit = [&](const Texts& values, const std::vector<uint32_t>& counts,
                       const EarlierFeatures* earlier) {
    FeatureMapFit fit(configs);
    fit.observe("x", testing::text_column(values), counts);
    return fit.finish({}, earlier);
  };
  const FeatureMap before = fit(Texts{"a", "b"}, {2, 2}, nullptr);
  const EarlierFeatures drops{before}, keeps{before, true};
  using Tokens = std::vector<std::string>;
  EXPECT_EQ(testing::tokens(*fit(Texts{"b", "c", "d"}, {1, 1, 2}, &drops)[0].feature),
            (Tokens{"[UNK]", "b", "d"}));
  EXPECT_EQ(testing::tokens(*fit(Texts{"b", "d"}, {1, 2}, &keeps)[0].feature),
            (Tokens{"[UNK]", "a", "b", "d"}));
}

}  // namespace
}  // namespace shortlist
