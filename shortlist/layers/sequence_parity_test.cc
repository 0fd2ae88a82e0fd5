// Compares layers along sequences with Keras 3. The fixture was written by tests/parity/sequences.py.
#include "shortlist/layers/layer_kinds.h"
#include "shortlist/testing/fixture.h"
#include "shortlist/testing/segment_places.h"

namespace shortlist {
namespace {

std::vector<float> values_of(Matrix m) {
  std::vector<float> all;
  for (size_t r = 0; r < m.rows; ++r) all.insert(all.end(), m.row(r), m.row(r) + m.cols);
  return all;
}

void fill_matrix(Matrix m, std::span<const float> values) {
  ASSERT_EQ(values.size(), m.rows * m.cols);
  for (size_t r = 0; r < m.rows; ++r) copy(values.subspan(r * m.cols, m.cols), m.row_span(r));
}

TEST(Parity, LayersAlongSequencesComputeWhatKerasDoes) {
  size_t cases = 0;
  for (const FixtureCase& c : fixture_cases("sequences")) {
    SCOPED_TRACE(c.name);
    ++cases;
    const LayerPtr layer = read_layer(c.settings, {}, {});
    LayerRun run(*layer,
                 along(c.integers<uint32_t>("lengths"), {static_cast<int>(c.at("input_0").shape[1])}));
    fill_matrix(run.inputs[0], c.floats("input_0"));
    for (size_t i = 0; i < run.parameters.size(); ++i)
      fill_matrix(run.parameters[i]->value, c.floats(fmt::format("parameter_{}", i)));
    run.forward();
    expect_parity(values_of(run.output), c.floats("output"), "output");
    fill_matrix(run.doutput, c.floats("doutput"));
    run.backward();
    expect_parity(values_of(run.dinputs[0]), c.floats("dinput_0"), "dinput_0");
    for (size_t i = 0; i < run.parameters.size(); ++i) {
      expect_parity(values_of(run.parameters[i]->gradient), c.floats(fmt::format("dparameter_{}", i)),
                    run.parameters[i]->spec.name);
    }
  }
  EXPECT_EQ(cases, 11u);
}

}  // namespace
}  // namespace shortlist
