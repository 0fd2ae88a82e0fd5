#include "shortlist/interop/tensorflow/keras_h5.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

// Datasets as Hdf5File lists them; float32 by default.
std::vector<Hdf5Dataset> datasets(std::vector<std::pair<std::string, std::vector<uint64_t>>> of) {
  std::vector<Hdf5Dataset> made;
  for (auto& [path, shape] : of) made.push_back({path, "float32", shape});
  return made;
}

TEST(KerasH5, TellsKindsOfLayers) {
  const KerasLayers found = find_h5_layers(datasets({{"bn/vars/0", {5}},
                                                     {"bn/vars/1", {5}},
                                                     {"bn/vars/2", {5}},
                                                     {"bn/vars/3", {5}},
                                                     {"item_embedding/vars/0", {9, 4}},
                                                     {"layers/dense/vars/0", {4, 5}},
                                                     {"layers/dense/vars/1", {5}},
                                                     {"layers/dense_1/vars/0", {5, 1}},
                                                     {"layers/normalization/vars/0", {3}}}));
  std::vector<std::string> kinds;
  for (const KerasLayer& layer : found.layers) kinds.push_back(layer.kind);
  EXPECT_EQ(kinds, (std::vector<std::string>{"batch_norm", "embedding", "dense", "dense", "unknown"}));
  EXPECT_EQ(found.layers[0].variables[3], (std::pair<std::string, size_t>("moving_variance", 3)));
  EXPECT_EQ(found.layers[2].path, "layers/dense");
  EXPECT_EQ(found.layers[3].variables.size(), 1U);
  EXPECT_FALSE(found.in_order);
}

TEST(KerasH5, PutsACrossTogether) {
  const KerasLayers found = find_h5_layers(datasets({{"layers/cross/_dense/vars/0", {6, 6}},
                                                     {"layers/cross/_dense/vars/1", {6}},
                                                     {"layers/cross_1/_dense_u/vars/0", {6, 2}},
                                                     {"layers/cross_1/_dense_v/vars/0", {2, 6}},
                                                     {"layers/cross_1/_dense_v/vars/1", {6}}}));
  using Variables = std::vector<std::pair<std::string, size_t>>;
  ASSERT_EQ(found.layers.size(), 2U);
  EXPECT_EQ(found.layers[0].kind, "cross");
  EXPECT_EQ(found.layers[0].variables, (Variables{{"kernel", 0}, {"bias", 1}}));
  EXPECT_EQ(found.layers[1].path, "layers/cross_1");
  EXPECT_EQ(found.layers[1].variables, (Variables{{"kernel_u", 2}, {"kernel_v", 3}, {"bias", 4}}));
}

TEST(KerasH5, LeavesOutWhatIsNoWeight) {
  std::vector<Hdf5Dataset> all = datasets({{"dropout/seed_generator/vars/0", {2}},
                                           {"optimizer/vars/1", {4, 5}},
                                           {"task/metrics/mean/vars/0", {}},
                                           {"something/else", {4, 5}}});
  all[0].type = "uint32";
  EXPECT_TRUE(find_h5_layers(all).layers.empty());
}

TEST(KerasH5, EveryGroupIsAnObjectParentsFirst) {
  const KerasLayers found = find_h5_layers(datasets({{"a/layers/embedding/vars/0", {3, 2}},
                                                     {"a/layers/embedding_1/vars/0", {4, 2}},
                                                     {"b/vars/0", {5, 2}}}));
  std::vector<std::string> objects;
  for (const KerasObject& object : found.objects)
    objects.push_back(fmt::format("{} {}-{}", object.path, object.begin, object.end));
  EXPECT_EQ(objects, (std::vector<std::string>{" 0-3", "a 0-2", "a/layers 0-2", "a/layers/embedding 0-1",
                                               "a/layers/embedding_1 1-2", "b 2-3"}));
}

}  // namespace
}  // namespace shortlist
