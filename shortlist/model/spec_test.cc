#include "shortlist/model/spec.h"

#include <gtest/gtest.h>

#include "shortlist/layers/cross.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

Node numbers(const std::string& name, int width) {
  auto layer = std::make_shared<Numbers>();
  layer->width = width;
  return {.name = name, .layer = layer, .feature = 0};
}

TEST(ModelSpec, FindsTheWidthsOfItsNodes) {
  ModelSpec spec;
  const int input = spec.add(numbers("query/age", 3));
  const int dense = spec.add({.name = "query/dense", .layer = std::make_shared<Dense>(), .inputs = {input}});
  EXPECT_EQ(dense, 1);
  EXPECT_EQ(spec.widths({input, dense}), (std::vector<int>{3, 32}));
}

TEST(ModelSpec, NamesTheNodeThatDoesNotFit) {
  ModelSpec spec;
  const int wide = spec.add(numbers("query/wide", 96)), narrow = spec.add(numbers("query/narrow", 64));
  const std::string message = message_of([&] {
    spec.add({.name = "rating/cross_2", .layer = std::make_shared<Cross>(), .inputs = {wide, narrow}});
  });
  EXPECT_EQ(message, "node 'rating/cross_2': x0 has width 96 but x has 64");
  EXPECT_EQ(spec.nodes.size(), 2u);
}

}  // namespace
}  // namespace shortlist
