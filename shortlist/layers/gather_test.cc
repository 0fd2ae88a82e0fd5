#include "shortlist/layers/gather.h"

#include "shortlist/testing/gradient_check.h"

namespace shortlist {
namespace {

// Row r copies source row source[r]; the last source row has no copy.
struct Copies {
  std::vector<uint32_t> source = {2, 0, 2, 1, 2, 0};
  std::vector<uint32_t> offsets = {0, 2, 3, 6, 6};
  std::vector<uint32_t> copies = {1, 5, 3, 0, 2, 4};
  LayerPlace place() const {
    return {.widths = {2}, .rows = source.size(), .map = {source, offsets, copies}, .source_rows = 4};
  }
};

TEST(Gather, MatchesTheWorkedExample) {
  const Gather layer;
  const Copies copies;
  LayerRun run(layer, copies.place());
  run.inputs[0].set({{1, 10}, {2, 20}, {3, 30}, {4, 40}});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{3, 30}, {1, 10}, {3, 30}, {2, 20}, {3, 30}, {1, 10}}));
  run.doutput.set({{1, 0}, {2, 0}, {4, 0}, {8, 0}, {16, 0}, {32, 1}});
  run.backward();
  EXPECT_EQ(run.dinputs[0].rows(), (Rows{{34, 1}, {8, 0}, {21, 0}, {0, 0}}));
}

TEST(Gather, GradientsMatchFiniteDifferences) { expect_gradients_match(Gather(), Copies().place()); }

TEST(Gather, RejectsMoreOrFewerInputsThanOne) { EXPECT_EQ(plan_error(Gather(), {}), "got 0 inputs, need 1"); }

}  // namespace
}  // namespace shortlist
