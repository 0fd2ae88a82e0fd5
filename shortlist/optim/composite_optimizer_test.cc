#include "shortlist/optim/composite_optimizer.h"

#include <gtest/gtest.h>

#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

// A table, a kernel of each tower, and a kernel of the ranking, all ones.
struct Model {
  Model() {
    for (Buffer& value : values) std::ranges::fill(value.span(), 1.0f);
  }
  std::vector<Trained> parameters() {
    return {{"query/user/embeddings", values[0].view(3, 2), true},
            {"query/dense/kernel", values[1].view(2, 2)},
            {"candidate/dense/kernel", values[2].view(2, 2)},
            {"ranking/dense/kernel", values[3].view(2, 2)}};
  }
  std::vector<float> numbers() const {
    std::vector<float> all;
    for (const Buffer& value : values) all.insert(all.end(), value.data(), value.data() + value.size());
    return all;
  }
  std::array<Buffer, 4> values = {Buffer(6), Buffer(4), Buffer(4), Buffer(4)};
};

// A step with gradients of 1 for rows 2 and 0 of the table and for all kernels.
void step(Optimizer& optimizer, std::span<const double> rates) {
  ThreadPool pool(2);
  const std::vector<uint32_t> touched = {2, 0};
  std::array<Buffer, 4> ones = {Buffer(4), Buffer(4), Buffer(4), Buffer(4)};
  std::vector<Gradient> gradients;
  for (Buffer& one : ones) {
    std::ranges::fill(one.span(), 1.0f);
    gradients.push_back({one.view(2, 2), {}});
  }
  gradients[0].touched = touched;
  const auto nothing = [](size_t, RowRange) {};
  optimizer.step(pool, rates, gradients, nothing);
}

const std::vector<OptimizerPart> kParts = {{{"tables"}, {.adagrad = 0.1}}, {{"ranking"}, {.adam = 0.01}}};

TEST(CompositeOptimizer, PatternsMeanParameters) {
  EXPECT_TRUE(means_parameter("tables", "query/user/embeddings", true));
  EXPECT_FALSE(means_parameter("dense", "query/user/embeddings", true));
  EXPECT_TRUE(means_parameter("dense", "query/dense/kernel", false));
  EXPECT_TRUE(means_parameter("query", "query/dense/kernel", false));
  EXPECT_TRUE(means_parameter("items", "candidate/dense/kernel", false));
  EXPECT_TRUE(means_parameter("query/*", "query/user/embeddings", true));
  EXPECT_TRUE(means_parameter("*/kernel", "query/dense/kernel", false));
  EXPECT_TRUE(means_parameter("q*/d*kernel", "query/dense/kernel", false));
  EXPECT_FALSE(means_parameter("*/kernel", "query/dense/bias", false));
  EXPECT_FALSE(means_parameter("query/*", "candidate/query/kernel", false));
}

TEST(CompositeOptimizer, GivesEachParameterToOnePart) {
  Model model;
  EXPECT_EQ(assign_parts(kParts, model.parameters()), (std::vector<size_t>{1, 0, 0, 2}));
}

TEST(CompositeOptimizer, RejectsPatternsOfNothingAndOverlaps) {
  Model model;
  const auto message = [&](const std::vector<OptimizerPart>& parts) {
    return message_of([&] { assign_parts(parts, model.parameters()); });
  };
  EXPECT_EQ(message({{{"query/*"}, {}}, {{"nothing*"}, {}}}),
            "training.parts.1: no parameter is meant by 'nothing*'; the model has query/user/embeddings, "
            "query/dense/kernel, candidate/dense/kernel, ranking/dense/kernel");
  EXPECT_EQ(message({{{"query"}, {}}, {{"tables"}, {}}}),
            "training.parts: parameter 'query/user/embeddings' belongs to parts 0 and 1, need at most one");
  EXPECT_EQ(message({{{"query", "tables"}, {}}}), "");
}

// Every parameter ends where its optimizer alone would bring it.
TEST(CompositeOptimizer, StepsAsItsOptimizersWouldAlone) {
  Model together, sgd, adagrad, adam;
  const auto composite = make_optimizer({.sgd = 0.5}, kParts, together.parameters());
  const auto first = make_optimizer({.sgd = 0.5}, sgd.parameters()),
             second = make_optimizer({.adagrad = 0.1}, adagrad.parameters()),
             third = make_optimizer({.adam = 0.01}, adam.parameters());
  for (double factor : {1.0, 0.5, 0.25}) {
    step(*composite, std::vector<double>{0.5 * factor, 0.1, 0.01});
    step(*first, std::vector<double>{0.5 * factor});
    step(*second, std::vector<double>{0.1});
    step(*third, std::vector<double>{0.01});
  }
  const auto expect_same = [](const Buffer& got, const Buffer& expected) {
    EXPECT_TRUE(std::ranges::equal(got.span(), expected.span()));
  };
  expect_same(together.values[0], adagrad.values[0]);
  expect_same(together.values[1], sgd.values[1]);
  expect_same(together.values[2], sgd.values[2]);
  expect_same(together.values[3], adam.values[3]);
  EXPECT_EQ(composite->steps, 3);
}

TEST(CompositeOptimizer, CallsBackWithTheModelsNumbers) {
  Model model;
  const auto composite = make_optimizer({.sgd = 0.5}, kParts, model.parameters());
  ThreadPool pool(1);
  const std::vector<uint32_t> touched = {1};
  Buffer row(2), kernel(4);
  const std::vector<Gradient> gradients = {
      {row.view(1, 2), touched}, {kernel.view(2, 2), {}}, {kernel.view(2, 2), {}}, {kernel.view(2, 2), {}}};
  std::vector<size_t> updated, changing;
  const auto update = [&](size_t p, RowRange) { updated.push_back(p); };
  const auto change = [&](size_t p, RowRange rows) {
    changing.push_back(p);
    EXPECT_EQ(rows.begin, 1u);
    EXPECT_EQ(rows.end, 2u);
  };
  const AtRows changes(change);
  composite->step(pool, std::vector<double>{0.5, 0.1, 0.01}, gradients, update, &changes);
  EXPECT_EQ(updated, (std::vector<size_t>{1, 2, 3}));
  EXPECT_EQ(changing, (std::vector<size_t>{0}));
}

TEST(CompositeOptimizer, NamesTheSlotsOfAllParts) {
  Model model;
  const auto composite = make_optimizer({.sgd = 0.5}, kParts, model.parameters());
  std::string names;
  for (const Optimizer::Slot& slot : composite->slots()) names += slot.name + " ";
  EXPECT_EQ(names, "query/user/embeddings/accumulator ranking/dense/kernel/m ranking/dense/kernel/v ");
  EXPECT_EQ(composite->slots_a_number(0), 1u);
  EXPECT_EQ(composite->slots_a_number(1), 0u);
  EXPECT_EQ(composite->slots_a_number(3), 2u);
}

TEST(CompositeOptimizer, GoesOnFromACheckpointBitForBit) {
  const std::vector<double> rates = {0.5, 0.1, 0.01};
  Model straight, first, second;
  const auto whole = make_optimizer({.sgd = 0.5}, kParts, straight.parameters());
  const auto half = make_optimizer({.sgd = 0.5}, kParts, first.parameters());
  for (int t = 0; t < 4; ++t) step(*whole, rates);
  for (int t = 0; t < 2; ++t) step(*half, rates);
  const auto rest = make_optimizer({.sgd = 0.5}, kParts, second.parameters());
  for (size_t i = 0; i < 4; ++i) std::ranges::copy(first.values[i].span(), second.values[i].data());
  const auto from = half->slots(), to = rest->slots();
  for (size_t i = 0; i < from.size(); ++i)
    std::copy_n(from[i].values.data, from[i].values.rows * from[i].values.cols, to[i].values.data);
  rest->steps = half->steps;
  rest->restored();
  for (int t = 0; t < 2; ++t) step(*rest, rates);
  EXPECT_EQ(second.numbers(), straight.numbers());
}

}  // namespace
}  // namespace shortlist
