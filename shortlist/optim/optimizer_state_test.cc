#include "shortlist/optim/optimizer_state.h"

#include <gtest/gtest.h>

#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

struct AdamOfTwo {
  AdamOfTwo() {
    OptimizerConfig config;
    config.adam = 0.1;
    optimizer = make_optimizer(config, {{"a", first.view(1, 2)}, {"b", second.view(1, 1)}});
  }
  Buffer first{2}, second{1};
  std::unique_ptr<Optimizer> optimizer;
};

OptimizerState state_with(const std::vector<std::string>& names) {
  OptimizerState state{.steps = 5};
  for (const std::string& name : names) {
    const size_t size = name[0] == 'a' ? 2 : 1;
    state.slots.push_back({name, 1, size, Buffer(size)});
    state.slots.back().values.data()[0] = static_cast<float>(state.slots.size());
  }
  return state;
}

TEST(OptimizerState, SetsStepsAndSlots) {
  AdamOfTwo adam;
  restore_optimizer(state_with({"b/v", "b/m", "a/m", "a/v"}), *adam.optimizer);
  EXPECT_EQ(adam.optimizer->steps, 5);
  std::vector<float> first;
  for (const Optimizer::Slot& slot : adam.optimizer->slots()) first.push_back(slot.values.data[0]);
  EXPECT_EQ(first, (std::vector<float>{3, 4, 2, 1}));
}

TEST(OptimizerState, OfAnotherKindLeavesTheOptimizerAlone) {
  AdamOfTwo adam;
  EXPECT_EQ(message_of([&] {
              restore_optimizer(state_with({"a/m", "a/v", "b/m"}), *adam.optimizer);
            }),
            "the checkpoint's optimizer has no 'b/v': it is of another kind than the config's; use "
            "--new-optimizer to ignore it");
  EXPECT_EQ(adam.optimizer->steps, 0);
  EXPECT_EQ(adam.optimizer->slots()[0].values.data[0], 0);
}

TEST(OptimizerState, ThatTookNoStepNeedsNoSlots) {
  AdamOfTwo adam;
  restore_optimizer(OptimizerState(), *adam.optimizer);
  EXPECT_EQ(adam.optimizer->steps, 0);
}

TEST(OptimizerState, SlotsHaveTheNamesOfTheConfigsOptimizer) {
  OptimizerConfig adam, adagrad, sgd;
  adam.adam = adagrad.adagrad = sgd.sgd = 0.1;
  EXPECT_EQ(slot_names(adam), (std::vector<std::string>{"m", "v"}));
  EXPECT_EQ(slot_names(adagrad), (std::vector<std::string>{"accumulator"}));
  EXPECT_TRUE(slot_names(sgd).empty());
  sgd.momentum = 0.9;
  EXPECT_EQ(slot_names(sgd), (std::vector<std::string>{"velocity"}));
}

}  // namespace
}  // namespace shortlist
