#include "shortlist/interop/tensorflow/keras_slot_order.h"

#include <gtest/gtest.h>

#include "shortlist/layers/batch_norm.h"
#include "shortlist/layers/dense.h"
#include "shortlist/layers/embedding.h"

namespace shortlist {
namespace {

using Shapes = std::vector<std::vector<int64_t>>;

// Query: embeddings [3, 2] and [4, 2]. Candidate: [5, 2]. The query tower also has a dense [2, 2] and a
// normalisation.
struct Model {
  Model() {
    const int first = embedding("query/a", kQueryRows, 3);
    embedding("query/b", kQueryRows, 4);
    auto dense = std::make_shared<Dense>();
    dense->dense = 2;
    const int hidden =
        spec.add({.name = "query/dense", .layer = dense, .inputs = {first}, .row_set = kQueryRows});
    spec.query = spec.add({.name = "query/batch_norm",
                           .layer = std::make_shared<BatchNorm>(),
                           .inputs = {hidden},
                           .row_set = kQueryRows});
    spec.candidate = embedding("candidate/c", kCandidateRows, 5);
    parameters.emplace(spec);
  }
  int embedding(const std::string& name, int row_set, int ids) {
    auto layer = std::make_shared<Embedding>();
    layer->ids = ids;
    layer->dim = 2;
    return spec.add({.name = name, .layer = layer, .row_set = row_set, .feature = 0});
  }
  std::vector<std::string> order(const Shapes& shapes) const {
    std::vector<std::string> names;
    const auto found = find_slot_order(spec, *parameters, shapes);
    if (found)
      for (const size_t p : *found) names.push_back(parameters->name(p));
    return names;
  }
  ModelSpec spec;
  std::optional<Parameters> parameters;
};

const std::vector<std::string> kDense = {"query/dense/kernel", "query/dense/bias", "query/batch_norm/gamma",
                                         "query/batch_norm/beta"};

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(KerasSlotOrder, TakesTheModelsOwnOrder) {
  EXPECT_EQ(Model().order({{3, 2}, {4, 2}, {2, 2}, {2}, {2}, {2}, {5, 2}}),
            joined(joined({"query/a/embeddings", "query/b/embeddings"}, kDense), {"candidate/c/embeddings"}));
}

TEST(KerasSlotOrder, FindsTowersAndEmbeddingsThatWereMadeInAnotherOrder) {
  EXPECT_EQ(Model().order({{5, 2}, {4, 2}, {3, 2}, {2, 2}, {2}, {2}, {2}}),
            joined({"candidate/c/embeddings", "query/b/embeddings", "query/a/embeddings"}, kDense));
}

TEST(KerasSlotOrder, FindsNothingWhereShapesOrNumberDiffer) {
  EXPECT_TRUE(Model().order({{3, 2}, {4, 2}, {2, 2}, {2}, {2}, {2}, {6, 2}}).empty());
  EXPECT_TRUE(Model().order({{3, 2}, {4, 2}, {2, 2}, {2}, {2}, {2}}).empty());
  EXPECT_TRUE(Model().order({{2, 2}, {3, 2}, {4, 2}, {2}, {2}, {2}, {5, 2}}).empty());
}

}  // namespace
}  // namespace shortlist
