#include "shortlist/model/target_attention.h"

#include <cmath>
#include <numeric>

#include "shortlist/layers/embedding.h"
#include "shortlist/layers/gather.h"
#include "shortlist/model/plan.h"
#include "shortlist/model/slot_rows.h"
#include "shortlist/testing/gradients.h"

namespace shortlist {
namespace {

constexpr int kItems = 7, kWidth = 3;

LayerPtr items(const char* table) {
  auto layer = std::make_shared<Embedding>();
  layer->ids = kItems, layer->dim = kWidth, layer->table = table;
  return layer;
}

// Two queries with histories of 3 and 2 events; four pairs, the last of which attends to nothing, and the
// second only to the first two of its query's events.
struct Attended {
  explicit Attended(const TargetAttention& settings) {
    history = spec.add_row_set({.name = "history", .parents = {{kQueryRows, RowRelation::segments}}});
    attended = add_attended_rows(spec, kPairRows, history);
    const int events =
        spec.add({.name = "history/item", .layer = items("seen"), .row_set = history, .feature = 0});
    const int candidate =
        spec.add({.name = "candidate/item", .layer = items("own"), .row_set = kCandidateRows, .feature = 0});
    pair = spec.add({"pair/candidate", std::make_shared<Gather>(), {candidate}, kPairRows});
    output = add_target_attention(spec, settings, "pair/history", attended, events, pair);
  }
  Batch batch() const {
    Batch batch;
    batch.row_sets.resize(spec.row_sets.size());
    batch.at(kQueryRows) = {.shown = two};
    batch.at(kCandidateRows) = {.encoded = &encoded, .shown = candidates};
    batch.at(kPairRows).parents = {RowMap{pair_query},
                                   RowMap{pair_candidate, candidate_offsets, candidate_copies}};
    batch.at(history) = {.encoded = &encoded, .shown = seen, .parents = {RowMap{.offsets = lengths}}};
    batch.at(attended).parents = {RowMap{of_pair, pair_offsets, all},
                                  RowMap{event, event_offsets, event_copies}};
    return batch;
  }

  ModelSpec spec;
  int history = -1, attended = -1, pair = -1, output = -1;
  EncodedRows encoded = [] {
    EncodedRows rows{.rows = kItems};
    rows.columns.resize(1);
    rows.columns[0].ids.resize(kItems);
    std::iota(rows.columns[0].ids.begin(), rows.columns[0].ids.end(), 0);
    return rows;
  }();
  std::vector<uint32_t> two = {0, 1}, candidates = {6, 2}, seen = {1, 2, 3, 4, 5}, lengths = {0, 3, 5};
  std::vector<uint32_t> pair_query = {0, 0, 1, 1}, pair_candidate = {0, 1, 0, 1};
  std::vector<uint32_t> candidate_offsets = {0, 2, 4}, candidate_copies = {0, 2, 1, 3};
  std::vector<uint32_t> of_pair = {0, 0, 0, 1, 1, 2, 2}, pair_offsets = {0, 3, 5, 7, 7};
  std::vector<uint32_t> all = {0, 1, 2, 3, 4, 5, 6};
  std::vector<uint32_t> event = {0, 1, 2, 0, 1, 3, 4}, event_offsets = {0, 2, 4, 5, 6, 7};
  std::vector<uint32_t> event_copies = {0, 3, 1, 4, 2, 5, 6};
};

struct AttendedRun {
  explicit AttendedRun(const TargetAttention& settings, int threads = 1)
      : model(settings),
        parameters(model.spec),
        pool(threads),
        plan(model.spec, parameters, {.outputs = {model.output}, .backward = true}) {
    parameters.initialize(3);
    parameters.make_gradients();
    for (size_t i = 0; i < parameters.size(); ++i) {
      ParameterState& p = parameters.at(i);
      for (size_t n = 0; n < p.spec.rows * p.spec.cols; ++n)
        p.value.data[n] = static_cast<float>(RandomStream(8, parameters.name(i)).normal(n)) * 0.7f;
    }
  }
  double loss() {
    parameters.pack(pool, true);
    batch = model.batch();
    plan.forward(pool, batch, true, 1);
    double total = 0;
    const Matrix y = plan.output(model.output);
    for (size_t i = 0; i < y.rows * y.cols; ++i) total += weight(i) * y(i / y.cols, i % y.cols);
    return total;
  }
  std::map<std::string, std::vector<float>> gradients() {
    loss();
    const Matrix dy = plan.output_gradient(model.output);
    for (size_t i = 0; i < dy.rows * dy.cols; ++i) dy(i / dy.cols, i % dy.cols) = weight(i);
    plan.backward(pool, {model.output});
    join_gradients(parameters);
    return whole_gradients(parameters);
  }
  static float weight(size_t i) { return static_cast<float>(RandomStream(9, "loss").normal(i)); }

  Attended model;
  Parameters parameters;
  ThreadPool pool;
  Plan plan;
  Batch batch;
};

TEST(TargetAttention, IsTheSumOfEventsWeightedByTheirProductsWithTheCandidate) {
  AttendedRun run({.hidden = {}, .softmax = true});
  run.loss();
  const Attended& m = run.model;
  const Matrix y = run.plan.output(m.output);
  const Matrix seen = run.parameters.find("seen/embeddings")->value;
  const Matrix own = run.parameters.find("own/embeddings")->value;
  ASSERT_EQ(y.rows, 4u);
  for (size_t p = 0; p < 4; ++p) {
    std::vector<double> sum(kWidth, 0);
    double total = 0;
    for (size_t a = m.pair_offsets[p]; a < m.pair_offsets[p + 1]; ++a) {
      const float* const h = seen.row(m.seen[m.event[a]]);
      const float* const c = own.row(m.candidates[m.pair_candidate[p]]);
      const double weight = std::exp(std::inner_product(h, h + kWidth, c, 0.0));
      total += weight;
      for (size_t i = 0; i < kWidth; ++i) sum[i] += weight * h[i];
    }
    for (size_t i = 0; i < kWidth; ++i) EXPECT_NEAR(y(p, i), total == 0 ? 0 : sum[i] / total, 1e-5);
  }
}

TEST(TargetAttention, GradientsMatchFiniteDifferences) {
  for (const TargetAttention& settings : {TargetAttention{.hidden = {}}, TargetAttention{.hidden = {5, 4}},
                                          TargetAttention{.hidden = {5}, .softmax = true}}) {
    AttendedRun run(settings);
    for (const auto& [name, gradient] : run.gradients()) {
      ParameterState& parameter = *run.parameters.find(name);
      for (size_t i = 0; i < gradient.size(); ++i) {
        SCOPED_TRACE(fmt::format("{}, element {}", name, i));
        float& x = parameter.value.data[i];
        const float middle = x, above = x + 0.004f, below = x - 0.004f;
        x = above;
        const double high = run.loss();
        x = below;
        const double low = run.loss();
        x = middle;
        const double slope = (high - low) / (static_cast<double>(above) - below);
        EXPECT_NEAR(gradient[i], slope, 3e-3 * std::max(1.0, std::abs(slope)));
      }
    }
  }
}

TEST(TargetAttention, GivesTheSameBitsWithAnyNumberOfThreads) {
  AttendedRun one({}), eight({}, 8);
  EXPECT_EQ(one.gradients(), eight.gradients());
}

// The same attention with slots: two queries with histories of 3 and no events, of which slots keep 2.
struct Slotted {
  explicit Slotted(const TargetAttention& settings) {
    auto slots = std::make_shared<Embedding>();
    slots->ids = kItems, slots->dim = kWidth, slots->table = "seen", slots->slots = 2;
    const int history =
        spec.add({.name = "query/history", .layer = slots, .row_set = kQueryRows, .feature = 0});
    const int candidate =
        spec.add({.name = "candidate/item", .layer = items("own"), .row_set = kCandidateRows, .feature = 0});
    const int pair_history = spec.add({"pair/history", std::make_shared<Gather>(), {history}, kPairRows});
    const int pair = spec.add({"pair/candidate", std::make_shared<Gather>(), {candidate}, kPairRows});
    const int rows = spec.add_slots("slots", 2);
    output = add_slot_attention(spec, settings, "attention", rows, pair_history, pair);
    queries.columns[0].ids = {1, 2, 3};
    queries.columns[0].offsets = {0, 3, 3};
    candidates.columns[0].ids = {6, 2};
  }
  Batch batch(SlotRows& slots) const {
    Batch batch;
    batch.row_sets.resize(spec.row_sets.size());
    batch.at(kQueryRows) = {.encoded = &queries, .shown = two};
    batch.at(kCandidateRows) = {.encoded = &candidates, .shown = two};
    batch.at(kPairRows).parents = {RowMap{pair_query, query_offsets, query_copies},
                                   RowMap{pair_candidate, candidate_offsets, candidate_copies}};
    slots.add_to(batch);
    return batch;
  }

  ModelSpec spec;
  int output = -1;
  EncodedRows queries{.rows = 2, .columns = std::vector<EncodedColumn>(1)}, candidates = queries;
  std::vector<uint32_t> two = {0, 1}, pair_query = {0, 0, 1}, pair_candidate = {0, 1, 0};
  std::vector<uint32_t> query_offsets = {0, 2, 3}, query_copies = {0, 1, 2};
  std::vector<uint32_t> candidate_offsets = {0, 2, 3}, candidate_copies = {0, 2, 1};
};

struct SlottedRun {
  explicit SlottedRun(const TargetAttention& settings, int threads = 1)
      : model(settings),
        parameters(model.spec),
        pool(threads),
        plan(model.spec, parameters, {.outputs = {model.output}, .backward = true}),
        slots(model.spec) {
    parameters.initialize(3);
    parameters.make_gradients();
    for (size_t i = 0; i < parameters.size(); ++i) {
      ParameterState& p = parameters.at(i);
      for (size_t n = 0; n < p.spec.rows * p.spec.cols; ++n)
        p.value.data[n] = static_cast<float>(RandomStream(8, parameters.name(i)).normal(n)) * 0.7f;
    }
  }
  double loss() {
    parameters.pack(pool, true);
    batch = model.batch(slots);
    plan.forward(pool, batch, true, 1);
    double total = 0;
    const Matrix y = plan.output(model.output);
    for (size_t i = 0; i < y.rows * y.cols; ++i) total += AttendedRun::weight(i) * y(i / y.cols, i % y.cols);
    return total;
  }
  std::map<std::string, std::vector<float>> gradients() {
    loss();
    const Matrix dy = plan.output_gradient(model.output);
    for (size_t i = 0; i < dy.rows * dy.cols; ++i) dy(i / dy.cols, i % dy.cols) = AttendedRun::weight(i);
    plan.backward(pool, {model.output});
    join_gradients(parameters);
    return whole_gradients(parameters);
  }

  Slotted model;
  Parameters parameters;
  ThreadPool pool;
  Plan plan;
  SlotRows slots;
  Batch batch;
};

TEST(SlotAttention, IsTheSumOfTheLastEventsWeightedByTheirProductsWithTheCandidate) {
  for (const bool softmax : {false, true}) {
    SlottedRun run({.hidden = {}, .softmax = softmax});
    run.loss();
    const Matrix y = run.plan.output(run.model.output);
    const Matrix seen = run.parameters.find("seen/embeddings")->value;
    const Matrix own = run.parameters.find("own/embeddings")->value;
    ASSERT_EQ(y.rows, 3u);
    const std::vector<std::vector<size_t>> events = {{2, 3}, {2, 3}, {}};
    const std::vector<size_t> items = {6, 2, 6};
    for (size_t p = 0; p < 3; ++p) {
      std::vector<double> sum(kWidth, 0);
      double total = 0;
      for (const size_t event : events[p]) {
        const float* const h = seen.row(event);
        const double score = std::inner_product(h, h + kWidth, own.row(items[p]), 0.0);
        const double weight = softmax ? std::exp(score) : score;
        total += weight;
        for (size_t i = 0; i < kWidth; ++i) sum[i] += weight * h[i];
      }
      for (size_t i = 0; i < kWidth; ++i)
        EXPECT_NEAR(y(p, i), softmax && total != 0 ? sum[i] / total : sum[i], 1e-5);
    }
  }
}

TEST(SlotAttention, GradientsMatchFiniteDifferences) {
  for (const TargetAttention& settings : {TargetAttention{.hidden = {}}, TargetAttention{.hidden = {5, 4}},
                                          TargetAttention{.hidden = {5}, .softmax = true}}) {
    SlottedRun run(settings);
    for (const auto& [name, gradient] : run.gradients()) {
      ParameterState& parameter = *run.parameters.find(name);
      for (size_t i = 0; i < gradient.size(); ++i) {
        SCOPED_TRACE(fmt::format("{}, element {}", name, i));
        float& x = parameter.value.data[i];
        const float middle = x, above = x + 0.004f, below = x - 0.004f;
        x = above;
        const double high = run.loss();
        x = below;
        const double low = run.loss();
        x = middle;
        const double slope = (high - low) / (static_cast<double>(above) - below);
        EXPECT_NEAR(gradient[i], slope, 3e-3 * std::max(1.0, std::abs(slope)));
      }
    }
  }
}

TEST(SlotAttention, GivesTheSameBitsWithAnyNumberOfThreads) {
  SlottedRun one({}), eight({}, 8);
  EXPECT_EQ(one.gradients(), eight.gradients());
}

}  // namespace
}  // namespace shortlist
