// Measures an encoder of SASRec's published ML-1M shape: 2 blocks, width 50, 1 head, 128 histories of 200
// events a step, dropout 0.2; forward and backward of the encoder alone, without embeddings, loss and
// optimizer. With --gru, a GRU of 50 units instead. Times are of the processor, so that other load does not
// count.
#include <fmt/format.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <numeric>

#include "benchmarks/statistics.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/layers/gru.h"
#include "shortlist/math/peak.h"
#include "shortlist/model/attention_block.h"
#include "shortlist/model/plan.h"

namespace shortlist {
namespace {

struct Shape {
  int width = 50, length = 200, sequences = 128, blocks = 2;
  bool gru = false;
  size_t rows() const { return static_cast<size_t>(length * sequences); }
};

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::vector<AttentionBlock::Step> layers(const Shape& shape) {
  if (shape.gru) {
    const auto gru = std::make_shared<Gru>();
    gru->gru = shape.width;
    return {{gru}};
  }
  AttentionBlock block;
  block.self_attention = shape.width, block.repeat = shape.blocks, block.dropout = 0.2f;
  return block.steps();
}

// The events' vectors are fed, and have no gradient.
class Encoder {
 public:
  Encoder(const Shape& shape, int threads)
      : x_(shape.rows(), static_cast<size_t>(shape.width)), pool_(threads) {
    const int sequences = spec_.add_row_set({.name = "sequences"});
    const int history =
        spec_.add_row_set({.name = "history", .parents = {{sequences, RowRelation::segments}}});
    const auto numbers = std::make_shared<Numbers>();
    numbers->width = shape.width;
    std::vector<int> nodes = {spec_.add({.name = "x", .layer = numbers, .row_set = history, .feature = 0})};
    for (const AttentionBlock::Step& step : layers(shape)) {
      std::vector<int> inputs;
      for (int back : step.back) inputs.push_back(nodes[nodes.size() - static_cast<size_t>(back)]);
      nodes.push_back(
          spec_.add({fmt::format("{}_{}", step.layer->kind(), nodes.size()), step.layer, inputs, history}));
    }
    last_ = nodes.back();
    for (size_t i = 0; i < x_.size(); ++i) x_.data()[i] = static_cast<float>(RandomStream(1, "x").normal(i));
    for (int s = 0; s <= shape.sequences; ++s) offsets_.push_back(static_cast<uint32_t>(s * shape.length));
    shown_.resize(shape.rows());
    std::iota(shown_.begin(), shown_.end(), 0);
    batch_.row_sets.resize(spec_.row_sets.size());
    batch_.at(sequences).shown = std::span(shown_).first(static_cast<size_t>(shape.sequences));
    batch_.at(history) = {.shown = shown_, .parents = {RowMap{.offsets = offsets_}}};
    parameters_ = std::make_unique<Parameters>(spec_);
    parameters_->initialize(1);
    parameters_->make_gradients();
    plan_ = std::make_unique<Plan>(spec_, *parameters_,
                                   PlanOptions{.outputs = {last_}, .fed = {nodes[0]}, .backward = true});
    plan_->feed(nodes[0], x_.view(shape.rows(), static_cast<size_t>(shape.width)));
  }
  void step(uint64_t key) {
    parameters_->pack(pool_, true);
    plan_->forward(pool_, batch_, true, key);
    const Matrix y = plan_->output(last_), dy = plan_->output_gradient(last_);
    for (size_t r = 0; r < y.rows; ++r) std::copy_n(y.row(r), y.cols, dy.row(r));
    plan_->backward(pool_, {last_});
  }
  Plan& plan() { return *plan_; }
  ThreadPool& pool() { return pool_; }

 private:
  ModelSpec spec_;
  Buffer x_;
  ThreadPool pool_;
  int last_ = -1;
  std::vector<uint32_t> offsets_, shown_;
  Batch batch_;
  std::unique_ptr<Parameters> parameters_;
  std::unique_ptr<Plan> plan_;
};

nlohmann::json measure(const Shape& shape, int threads, int steps, bool profile) {
  Encoder encoder(shape, threads);
  encoder.step(0);
  if (profile) encoder.plan().start_profile(threads);
  std::vector<double> times;
  for (int s = 1; s <= steps; ++s) {
    const double begin = processor_seconds();
    encoder.step(static_cast<uint64_t>(s));
    times.push_back(1e3 * (processor_seconds() - begin));
  }
  double operations = 0;
  for (const StepPhase& phase : encoder.plan().profile()) {
    operations += phase.operations;
    if (profile) {
      fmt::print(stderr, "{:24} {:9} {:8.3f} ms {:7.1f} GFLOP/s\n", phase.name, phase.part,
                 1e3 * phase.seconds / steps, phase.operations * steps / phase.seconds / 1e9);
    }
  }
  // Per second of one processor. Longer than usual, to find an interval without other load.
  const double peak = multiply_add_peak(encoder.pool(), 0.5) / threads;
  return {{"benchmark", shape.gru ? "gru" : "sasrec"},
          {"threads", threads},
          {"processor_ms", median(times)},
          {"processor_ms_min", least(times)},
          {"gflop", operations / 1e9},
          {"share_of_peak", operations / (1e-3 * median(times)) / peak}};
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  shortlist::Shape shape;
  int threads = 1, steps = 20;
  bool profile = false;
  CLI::App app("Times an encoder of histories, forward and backward");
  app.add_option("--threads", threads);
  app.add_option("--steps", steps);
  app.add_option("--length", shape.length);
  app.add_option("--sequences", shape.sequences);
  app.add_option("--width", shape.width);
  app.add_flag("--gru", shape.gru);
  app.add_flag("--profile", profile, "print the time of each layer, on standard error");
  CLI11_PARSE(app, argc, argv);
  fmt::print("{}\n", shortlist::measure(shape, threads, steps, profile).dump(2));
}
