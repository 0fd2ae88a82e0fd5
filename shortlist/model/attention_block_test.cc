#include "shortlist/model/attention_block.h"

#include <numeric>

#include "shortlist/layers/embedding.h"
#include "shortlist/layers/gather.h"
#include "shortlist/layers/gru.h"
#include "shortlist/layers/position.h"
#include "shortlist/layers/running_mean.h"
#include "shortlist/model/blocks.h"
#include "shortlist/model/plan.h"
#include "shortlist/testing/gradients.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

constexpr int kWidth = 6;

// A history of numbers, layers along it, and queries that read the row of their last event.
struct Encoder {
  explicit Encoder(const std::vector<AttentionBlock::Step>& steps) {
    const int sequences = spec.add_row_set({.name = "sequences"});
    history = spec.add_row_set({.name = "history", .parents = {{sequences, RowRelation::segments}}});
    spec.row_sets[kQueryRows].parents = {{history}};
    const auto numbers = std::make_shared<Numbers>();
    numbers->width = kWidth;
    std::vector<int> nodes = {
        spec.add({.name = "history/x", .layer = numbers, .row_set = history, .feature = 0})};
    for (const AttentionBlock::Step& step : steps) {
      std::vector<int> inputs;
      for (int back : step.back) inputs.push_back(nodes[nodes.size() - static_cast<size_t>(back)]);
      nodes.push_back(spec.add({fmt::format("history/{}", nodes.size()), step.layer, inputs, history}));
    }
    spec.query = spec.add({"query/last", std::make_shared<Gather>(), {nodes.back()}, kQueryRows});
  }
  ModelSpec spec;
  int history;
};

// Sequences of 0 to 7 events, each of which is a query's last event.
struct Events {
  explicit Events(size_t count) {
    const RandomStream random(4, "events");
    for (uint64_t s = 0; s < count; ++s)
      offsets.push_back(offsets.back() + static_cast<uint32_t>(random.below(s, 8)));
    encoded.rows = offsets.back();
    EncodedColumn& x = encoded.columns.emplace_back();
    x.width = kWidth;
    for (uint64_t i = 0; i < encoded.rows * kWidth; ++i)
      x.values.push_back(static_cast<float>(random.at(1).normal(i)));
    sequences.resize(count), rows.resize(encoded.rows), row_offsets.resize(encoded.rows + 1);
    std::iota(sequences.begin(), sequences.end(), 0);
    std::iota(rows.begin(), rows.end(), 0);
    std::iota(row_offsets.begin(), row_offsets.end(), 0);
  }
  Batch batch(const Encoder& encoder) const {
    Batch batch;
    batch.row_sets.resize(encoder.spec.row_sets.size());
    batch.at(encoder.history - 1) = {.shown = sequences};
    batch.at(encoder.history) = {.encoded = &encoded, .shown = rows, .parents = {RowMap{.offsets = offsets}}};
    batch.at(kQueryRows) = {.parents = {RowMap{rows, row_offsets, rows}}};
    return batch;
  }
  EncodedRows encoded;
  std::vector<uint32_t> offsets = {0}, sequences, rows, row_offsets;
};

// Runs a step and returns the output and all gradients.
struct StepRun {
  StepRun(const Encoder& encoder, const Events& events, int threads)
      : parameters(encoder.spec),
        pool(threads),
        plan(encoder.spec, parameters, {.outputs = {encoder.spec.query}, .backward = true}) {
    parameters.initialize(3);
    parameters.make_gradients();
    for (size_t i = 0; i < parameters.size(); ++i) {
      ParameterState& p = parameters.at(i);
      for (size_t n = 0; n < p.spec.rows * p.spec.cols; ++n)
        p.value.data[n] += static_cast<float>(RandomStream(8, parameters.name(i)).normal(n)) * 0.3f;
    }
    query = encoder.spec.query;
    batch = events.batch(encoder);
  }
  double loss() {
    parameters.pack(pool, true);
    plan.forward(pool, batch, true, 1);
    double total = 0;
    const Matrix y = plan.output(query);
    for (size_t i = 0; i < y.rows * y.cols; ++i) total += weight(i) * y(i / y.cols, i % y.cols);
    return total;
  }
  std::map<std::string, std::vector<float>> gradients() {
    loss();
    const Matrix dy = plan.output_gradient(query);
    for (size_t i = 0; i < dy.rows * dy.cols; ++i) dy(i / dy.cols, i % dy.cols) = weight(i);
    plan.backward(pool, {query});
    join_gradients(parameters);
    return whole_gradients(parameters);
  }
  static float weight(size_t i) { return static_cast<float>(RandomStream(9, "loss").normal(i)); }

  Parameters parameters;
  ThreadPool pool;
  Plan plan;
  Batch batch;
  int query;
};

AttentionBlock block(AttentionNorm norm, float dropout = 0) {
  AttentionBlock block;
  block.self_attention = kWidth, block.heads = 2, block.hidden = 5, block.repeat = 2;
  block.norm = norm, block.dropout = dropout, block.activation = Activation::gelu;
  return block;
}

double slope(StepRun& run, float& x, float step) {
  const float middle = x, above = x + step, below = x - step;
  x = above;
  const double high = run.loss();
  x = below;
  const double low = run.loss();
  x = middle;
  return (high - low) / (static_cast<double>(above) - below);
}

// Four elements of each parameter. Normalisation bends the loss, and small steps are noisy, so the slopes of
// two steps are extrapolated (Richardson).
void expect_gradients_match(const Encoder& encoder) {
  const Events events(9);
  StepRun run(encoder, events, 1);
  for (const auto& [name, gradient] : run.gradients()) {
    ParameterState& parameter = *run.parameters.find(name);
    for (size_t i = 0; i < gradient.size(); i += std::max<size_t>(1, gradient.size() / 4)) {
      SCOPED_TRACE(fmt::format("{}, element {}", name, i));
      float& x = parameter.value.data[i];
      const double expected = (4 * slope(run, x, 0.003f) - slope(run, x, 0.006f)) / 3;
      EXPECT_NEAR(gradient[i], expected, 5e-3 * std::max(1.0, std::abs(expected)));
    }
  }
}

TEST(AttentionBlock, GradientsMatchFiniteDifferences) {
  for (AttentionNorm norm : {AttentionNorm::sasrec, AttentionNorm::pre, AttentionNorm::post}) {
    SCOPED_TRACE(enum_name(norm));
    expect_gradients_match(Encoder(block(norm).steps()));
    expect_gradients_match(Encoder(block(norm, 0.3f).steps()));
  }
}

std::vector<AttentionBlock::Step> every_layer() {
  const auto gru = std::make_shared<Gru>();
  gru->gru = kWidth;
  std::vector<AttentionBlock::Step> steps = {
      {std::make_shared<Position>()}, {gru}, {std::make_shared<RunningMean>()}};
  for (const AttentionBlock::Step& step : block(AttentionNorm::sasrec, 0.2f).steps()) steps.push_back(step);
  return steps;
}

TEST(LayersAlongAHistory, GradientsMatchFiniteDifferences) { expect_gradients_match(Encoder(every_layer())); }

TEST(LayersAlongAHistory, GiveTheSameBitsWithAnyNumberOfThreads) {
  const Encoder encoder(every_layer());
  const Events events(400);
  StepRun one(encoder, events, 1);
  const auto gradients = one.gradients();
  for (int threads : {2, 8}) {
    StepRun run(encoder, events, threads);
    EXPECT_EQ(run.gradients(), gradients) << threads << " threads";
    EXPECT_EQ(run.loss(), one.loss());
  }
}

TEST(LayersAlongAHistory, NeedRowsOfAHistory) {
  ModelSpec spec;
  spec.add({.name = "query/x", .layer = std::make_shared<Numbers>(), .feature = 0});
  EXPECT_EQ(
      message_of([&] {
        spec.add({"query/gru", std::make_shared<Gru>(), {0}});
      }),
      "node 'query/gru': a layer 'gru' runs along a history, and the rows 'queries' are not those of one");
}

TEST(AttentionBlock, IsReadFromAListOfLayers) {
  const Value attention(Value::Table{{"self_attention", int64_t{4}},
                                     {"heads", int64_t{2}},
                                     {"name", std::string("encoded")},
                                     {"norm", std::string("pre")}});
  const std::vector<Block> blocks = read_blocks({attention}, {"m.toml", "layers"});
  std::vector<std::string> kinds;
  for (const Block& block : blocks) kinds.emplace_back(block.layer->kind());
  EXPECT_EQ(kinds, (std::vector<std::string>{"layer_norm", "dense", "causal_attention", "dense", "add",
                                             "layer_norm", "dense", "dense", "add", "layer_norm"}));
  EXPECT_EQ(blocks[4].back, (std::vector<int>{5, 1}));
  EXPECT_EQ(layer_names(blocks, {}).back(), "encoded");
}

TEST(AttentionBlock, NamesWhatDoesNotFit) {
  const auto read = [](const char* key, Value value) {
    Value attention(Value::Table{{"self_attention", int64_t{4}}}, 7);
    set_path(attention, key, value);
    return message_of([&] { read_blocks({attention}, {"m.toml", "layers"}); });
  };
  EXPECT_EQ(read("heads", Value(int64_t{3})), "m.toml:7: layers.0.heads: 3 heads do not divide the width 4");
  EXPECT_NE(read("head", Value(int64_t{3})).find("did you mean 'heads'?"), std::string::npos);
}

}  // namespace
}  // namespace shortlist
