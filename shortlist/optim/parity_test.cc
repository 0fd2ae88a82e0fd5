// Compares optimizers with ten steps of Keras 2.15. The fixture was written by tests/parity/optimizers.py.
#include "shortlist/math/elementwise.h"
#include "shortlist/optim/optimizer.h"
#include "shortlist/testing/fixture.h"

namespace shortlist {
namespace {

struct Settings : OptimizerConfig {
  float l2 = 0;
  template <typename Visitor>
  void fields(Visitor& visit) {
    OptimizerConfig::fields(visit);
    visit("l2", l2, "");
  }
};

Buffer buffer_of(std::span<const float> values) {
  Buffer buffer(values.size());
  std::ranges::copy(values, buffer.data());
  return buffer;
}

// A lookup's gradient as a layer provides it: an id that occurs twice has one row with the sum.
struct TableGradient {
  TableGradient(std::span<const int32_t> ids, std::span<const float> values, size_t cols)
      : rows(ids.size(), cols) {
    for (size_t i = 0; i < ids.size(); ++i) {
      const auto id = static_cast<uint32_t>(ids[i]);
      const auto at = static_cast<size_t>(std::ranges::find(touched, id) - touched.begin());
      if (at == touched.size()) touched.push_back(id);
      add(values.subspan(i * cols, cols), rows.span().subspan(at * cols, cols));
    }
  }
  Buffer rows;
  std::vector<uint32_t> touched;
};

TEST(Parity, TenStepsOfEveryOptimizerEndWhereKerasDoes) {
  ThreadPool pool(2);
  for (const FixtureCase& c : fixture_cases("optimizers")) {
    SCOPED_TRACE(c.name);
    Settings settings;
    read_fields(c.settings, settings, {});
    const auto& table_shape = c.at("table").shape;
    const auto& dense_shape = c.at("dense").shape;
    Buffer table = buffer_of(c.floats("table")), dense = buffer_of(c.floats("dense"));
    const auto optimizer = make_optimizer(
        settings,
        {{.name = "table",
          .value = table.view(table_shape[0], table_shape[1]),
          .table = true,
          .l2 = settings.l2},
         {.name = "dense", .value = dense.view(dense_shape[0], dense_shape[1]), .l2 = settings.l2}});
    for (int step = 0; step < 10; ++step) {
      const auto of_step = [&](const char* name) { return fmt::format("{}_{}", name, step); };
      TableGradient lookup(c.integers(of_step("ids")), c.floats(of_step("values")), table_shape[1]);
      Buffer slope = buffer_of(c.floats(of_step("slope")));
      const Gradient gradients[] = {{lookup.rows.view(lookup.touched.size(), table_shape[1]), lookup.touched},
                                    {slope.view(dense_shape[0], dense_shape[1]), {}}};
      optimizer->step(pool, c.number(of_step("rate")), gradients);
      expect_parity(table.span(), c.floats(of_step("table")), of_step("table"));
      expect_parity(dense.span(), c.floats(of_step("dense")), of_step("dense"));
    }
  }
}

}  // namespace
}  // namespace shortlist
