// Compares layers with Keras 2.15 and TensorFlow Recommenders. The fixtures were written by
// tests/parity/layers.py.
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "shortlist/layers/dense.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/layers/layer_kinds.h"
#include "shortlist/testing/fixture.h"
#include "shortlist/testing/gradient_check.h"

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

std::string numbered(const char* name, size_t i) { return fmt::format("{}_{}", name, i); }

// A layer with the surroundings that a case describes.
LayerPlace place_of(const FixtureCase& c) {
  LayerPlace place{.rows = c.at("output").shape[0],
                   .training = c.name.find("inference") == std::string::npos};
  for (size_t i = 0; const TensorView* input = c.find(numbered("input", i)); ++i)
    place.widths.push_back(static_cast<int>(input->shape[1]));
  return place;
}

void expect_forward_agrees(LayerRun& run, const FixtureCase& c) {
  for (size_t i = 0; i < run.inputs.size(); ++i) fill_matrix(run.inputs[i], c.floats(numbered("input", i)));
  for (size_t i = 0; i < run.parameters.size(); ++i)
    fill_matrix(run.parameters[i]->value, c.floats(numbered("parameter", i)));
  run.forward();
  expect_parity(values_of(run.output), c.floats("output"), "output");
}

void expect_backward_agrees(LayerRun& run, const FixtureCase& c) {
  fill_matrix(run.doutput, c.floats("doutput"));
  run.backward();
  for (size_t i = 0; i < run.inputs.size(); ++i)
    expect_parity(values_of(run.dinputs[i]), c.floats(numbered("dinput", i)), numbered("dinput", i));
  for (size_t i = 0; i < run.parameters.size(); ++i) {
    const ParameterState& parameter = *run.parameters[i];
    if (parameter.spec.trainable) {
      expect_parity(values_of(parameter.gradient), c.floats(numbered("dparameter", i)), parameter.spec.name);
    } else {
      expect_parity(values_of(parameter.value), c.floats(numbered("parameter_after", i)),
                    parameter.spec.name);
    }
  }
}

TEST(Parity, LayersComputeWhatKerasDoes) {
  for (const FixtureCase& c : fixture_cases("layers")) {
    SCOPED_TRACE(c.name);
    const LayerPtr layer = read_layer(c.settings, {}, {});
    LayerRun run(*layer, place_of(c));
    expect_forward_agrees(run, c);
    expect_backward_agrees(run, c);
  }
}

void expect_embedding_agrees(const FixtureCase& c) {
  SCOPED_TRACE(c.name);
  Embedding layer;
  read_fields(c.settings, layer, {});
  const TensorView& table = c.at("table");
  layer.ids = static_cast<int32_t>(table.shape[0]);
  layer.dim = static_cast<int>(table.shape[1]);
  EncodedColumn column;
  column.ids = c.integers("ids");
  column.offsets = c.integers<uint32_t>("offsets");
  if (c.find("weights") != nullptr) {
    const std::span<const float> weights = c.floats("weights");
    column.weights.assign(weights.begin(), weights.end());
  }
  std::vector<uint32_t> rows(column.offsets.size() - 1);
  std::iota(rows.begin(), rows.end(), 0);
  LayerRun run(layer, {.rows = rows.size(), .feature = {&column, rows}});
  fill_matrix(run.parameters[0]->value, table.floats());
  run.forward();
  expect_parity(values_of(run.output), c.floats("output"), "output");
  fill_matrix(run.doutput, c.floats("doutput"));
  run.backward();
  std::vector<float> gradient(table.floats().size());
  for (size_t i = 0; i < gradient.size(); ++i) gradient[i] = run.gradient(0, i);
  expect_parity(gradient, c.floats("dtable"), "dtable");
}

TEST(Parity, EmbeddingsPoolAsTensorFlowDoes) {
  for (const FixtureCase& c : fixture_cases("embeddings")) expect_embedding_agrees(c);
}

TEST(Parity, EmbeddingsOfListsWithWeightsPoolAsKerasRsDoes) {
  const std::vector<FixtureCase> cases = fixture_cases("embed_reduce");
  EXPECT_EQ(cases.size(), 3u);
  for (const FixtureCase& c : cases) expect_embedding_agrees(c);
}

TEST(Parity, RegularizersCostWhatTheyDoInKeras) {
  for (const FixtureCase& c : fixture_cases("regularizers")) {
    SCOPED_TRACE(c.name);
    Dense settings;
    read_fields(c.settings, settings, {});
    std::vector<float> dw(c.floats("w").size());
    const double penalty = regularize({.l1 = settings.l1, .l2 = settings.l2}, c.floats("w"), dw);
    EXPECT_NEAR(penalty, c.number("penalty"), kParityTolerance * penalty);
    expect_parity(dw, c.floats("dw"), "dw");
  }
}

struct Moments {
  double mean, deviation, largest, kurtosis;
};
Moments moments_of(const std::vector<float>& w) {
  const double n = static_cast<double>(w.size());
  Moments m{};
  for (float x : w) m.mean += x / n;
  double squares = 0, fourths = 0;
  for (float x : w) {
    const double square = (x - m.mean) * (x - m.mean);
    squares += square / n;
    fourths += square * square / n;
    m.largest = std::max<double>(m.largest, std::abs(x));
  }
  m.deviation = std::sqrt(squares);
  m.kurtosis = m.deviation > 1e-9 ? fourths / (squares * squares) : 0;
  return m;
}

TEST(Parity, InitializersHaveTheMomentsAndBoundsThatKerasDraws) {
  const auto fixture = nlohmann::json::parse(std::ifstream("tests/parity/fixtures/initializers.json"));
  const size_t rows = fixture.at("fan_in"), cols = fixture.at("fan_out"), draws = fixture.at("draws");
  for (const auto& [initializer, name] : EnumNames<Initializer>::names) {
    SCOPED_TRACE(name);
    const nlohmann::json& theirs = fixture.at("moments").at(std::string(name));
    const double deviation = theirs.at("deviation"), largest = theirs.at("largest");
    std::vector<float> w;
    for (size_t i = 0; i < draws; ++i) {
      Buffer drawn(rows, cols);
      initialize(initializer, RandomStream(i, "w"), drawn.view(rows, cols));
      w.insert(w.end(), drawn.span().begin(), drawn.span().end());
    }
    const Moments ours = moments_of(w);
    // Five deviations of the difference of two means of a million values; the other bounds are as wide for
    // their moments.
    EXPECT_NEAR(ours.mean, theirs.at("mean").get<double>(), 5e-3 * std::sqrt(2) * deviation + 1e-9);
    EXPECT_NEAR(ours.deviation, deviation, 5e-3 * deviation + 1e-9);
    EXPECT_NEAR(ours.kurtosis, theirs.at("kurtosis").get<double>(), 0.03);
    // The largest of a million values is within a thousandth of the bound. The untruncated normal has none,
    // nor does a vector of length 1, in effect.
    const bool unbounded = initializer == Initializer::normal || initializer == Initializer::orthogonal;
    EXPECT_NEAR(ours.largest, largest, (unbounded ? 0.15 : 1e-3) * largest);
  }
}

}  // namespace
}  // namespace shortlist
