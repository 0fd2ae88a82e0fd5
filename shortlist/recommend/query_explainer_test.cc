#include "shortlist/recommend/query_explainer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/layers/combine.h"
#include "shortlist/layers/embedding.h"

namespace shortlist {
namespace {

// Two features of two numbers each, and a layer over them.
struct TwoFeatures {
  explicit TwoFeatures(LayerPtr layer) {
    for (int f = 0; f < 2; ++f) {
      auto numbers = std::make_shared<Numbers>();
      numbers->width = 2;
      spec.add({f == 0 ? "query/a" : "query/b", numbers, {}, kQueryRows, f});
    }
    spec.query = spec.add({"query/both", std::move(layer), {0, 1}, kQueryRows});
    parameters = std::make_unique<Parameters>(spec);
  }
  ModelSpec spec;
  std::unique_ptr<Parameters> parameters;
};

const std::vector<std::vector<float>> kVectors = {{1, 2}, {3, -4}};

TEST(QueryExplainer, TakesASumApartExactly) {
  const TwoFeatures model(std::make_shared<Add>());
  QueryExplainer explainer(model.spec, *model.parameters);
  EXPECT_EQ(explainer.method(), Attribution::additive);
  explainer.set_query(kVectors);
  const std::vector<float> candidate = {10, 1};
  const auto parts = explainer.parts({candidate}).front();
  EXPECT_EQ(parts.constant, 0);
  EXPECT_EQ(parts.features, (std::vector<double>{12, 26}));
}

TEST(QueryExplainer, SharesAProductInHalves) {
  // The score is 10 a1 b1 + a2 b2 = 30 - 8. Along the path t a, t b the gradient with respect to each factor
  // is t times the other factor, which is half of it on average.
  const TwoFeatures model(std::make_shared<Multiply>());
  QueryExplainer explainer(model.spec, *model.parameters);
  EXPECT_EQ(explainer.method(), Attribution::integrated_gradients);
  explainer.set_query(kVectors);
  const std::vector<float> candidate = {10, 1};
  const auto parts = explainer.parts({candidate}).front();
  EXPECT_EQ(parts.constant, 0);
  EXPECT_NEAR(parts.features[0], 11, 1e-5);
  EXPECT_NEAR(parts.features[1], 11, 1e-5);
}

TEST(QueryExplainer, LeavesEachFeatureOutInTurn) {
  const TwoFeatures model(std::make_shared<Concat>());
  QueryExplainer explainer(model.spec, *model.parameters);
  explainer.set_query(kVectors);
  const ConstMatrix outputs = explainer.leave_each_out();
  ASSERT_EQ(outputs.rows, 2u);
  const float expected[2][4] = {{0, 0, 3, -4}, {1, 2, 0, 0}};
  for (size_t r = 0; r < 2; ++r)
    for (size_t c = 0; c < 4; ++c) EXPECT_EQ(outputs(r, c), expected[r][c]);
}

}  // namespace
}  // namespace shortlist
