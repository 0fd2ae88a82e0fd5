// For tests: a small model whose queries have histories, a row set of segments, with a table that the
// histories' items share with the candidates. Includes its rows and its gradients.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "shortlist/layers/batch_norm.h"
#include "shortlist/layers/combine.h"
#include "shortlist/layers/dropout.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/layers/gather.h"
#include "shortlist/layers/segment_mean.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/model/plan.h"
#include "shortlist/testing/gradients.h"

namespace shortlist {

// y[r] = the sum of x over the rows of r's segment up to r. Correct only if a task has whole segments.
struct RunningSum : LayerOf<RunningSum> {
  static constexpr const char* kKind = "running_sum";

  template <typename Visitor>
  void fields(Visitor&) {}
  LayerPlan plan(std::span<const int> widths) const override { return {.width = widths[0]}; }
  void forward(const Pass& pass, RowRange rows, Scratch&) const override {
    for (size_t r = rows.begin; r < rows.end; ++r) {
      copy(pass.inputs[0].row_span(r), pass.output.row_span(r));
      if (!begins(pass, r)) {
        ASSERT_GT(r, rows.begin) << "a part begins within a segment";
        add(pass.output.row_span(r - 1), pass.output.row_span(r));
      }
    }
  }
  void backward(const Pass& pass, RowRange rows, Scratch&) const override {
    for (size_t r = rows.end; r-- > rows.begin;) {
      const bool last = r + 1 == rows.end || begins(pass, r + 1);
      if (!last) add(pass.doutput.row_span(r + 1), pass.doutput.row_span(r));
      const std::span<float> dx = pass.dinputs[0].row_span(r);
      pass.add[0] ? add(pass.doutput.row_span(r), dx) : copy(pass.doutput.row_span(r), dx);
    }
  }

 private:
  static bool begins(const Pass& pass, size_t row) {
    return std::ranges::binary_search(pass.row_set.segments, row);
  }
};

struct ToyHistoryOptions {
  bool shared = true;       // histories and candidates share one table of items
  bool item_first = false;  // the candidates' embedding is the first node
  float dropout = 0;        // rate for the histories
};

// Query: two numbers and a history of 0 to 6 of 60 items, each of which also reads the query's numbers.
// Candidate: one of the items. Both outputs have width 4.
class ToyHistoryModel {
 public:
  explicit ToyHistoryModel(const ToyHistoryOptions& options = {}) {
    history = spec.add_row_set({.name = "history", .parents = {{kQueryRows, RowRelation::segments}}});
    Embedding items;
    items.ids = 60, items.dim = 4;
    if (options.shared) items.table = "items";
    const auto add_item = [&] { return add("candidate/item", items, {}, kCandidateRows, 0); };
    int item = options.item_first ? add_item() : -1;
    Numbers ages;
    ages.width = 2;
    const int age = add("query/ages", ages, {}, kQueryRows, 0);
    const int of_item = add("history/item", items, {}, history, 0);
    const int of_query = add("history/ages", Gather(), {age}, history);
    int seen = add("history/both", Concat(), {of_item, of_query}, history);
    seen = add("history/dense", dense(5), {seen}, history);
    seen = add("history/batch_norm", BatchNorm(), {seen}, history);
    seen = add("history/running_sum", RunningSum(), {seen}, history);
    if (options.dropout > 0) {
      Dropout dropout;
      dropout.dropout = options.dropout;
      seen = add("history/dropout", dropout, {seen}, history);
    }
    mean = add("query/history", SegmentMean(), {seen}, kQueryRows);
    const int both = add("query/both", Concat(), {age, mean}, kQueryRows);
    spec.query = add("query/dense", dense(4), {both}, kQueryRows);
    if (!options.item_first) item = add_item();
    spec.candidate = add("candidate/dense", dense(4), {item}, kCandidateRows);
  }

  ModelSpec spec;
  int history = -1, mean = -1;

 private:
  static Dense dense(int units) {
    Dense layer;
    layer.dense = units;
    layer.activation = Activation::tanh;
    return layer;
  }
  template <typename L>
  int add(const std::string& name, const L& layer, std::vector<int> inputs, int row_set, int feature = -1) {
    return spec.add({name, std::make_shared<L>(layer), std::move(inputs), row_set, feature});
  }
};

class ToyHistoryBatch {
 public:
  // Every third history is empty, or all are.
  ToyHistoryBatch(size_t queries, size_t candidates, bool all_empty = false, uint64_t seed = 1) {
    const RandomStream random(seed, "toy histories");
    queries_.rows = queries;
    EncodedColumn& ages = queries_.columns.emplace_back();
    ages.width = 2;
    for (uint64_t q = 0; q < queries; ++q) {
      for (uint64_t i = 0; i < 2; ++i)
        ages.values.push_back(static_cast<float>(random.at(1).normal(2 * q + i)));
      const uint64_t length = all_empty || q % 3 == 1 ? 0 : random.at(2).below(q, 7);
      for (uint64_t i = 0; i < length; ++i) source.push_back(static_cast<uint32_t>(q));
      offsets.push_back(static_cast<uint32_t>(source.size()));
    }
    EncodedColumn& items = items_.columns.emplace_back();
    items_.rows = 60;
    items.ids.resize(60);
    std::iota(items.ids.begin(), items.ids.end(), 0);
    for (uint64_t r = 0; r < source.size(); ++r)
      seen.push_back(static_cast<uint32_t>(random.at(3).below(r, 40)));
    for (uint64_t c = 0; c < candidates; ++c)
      candidates_.push_back(static_cast<uint32_t>(20 + random.at(4).below(c, 40)));
    copies_.resize(source.size());
    std::iota(copies_.begin(), copies_.end(), 0);
    query_rows_.resize(queries);
    std::iota(query_rows_.begin(), query_rows_.end(), 0);
  }
  ToyHistoryBatch(const ToyHistoryBatch&) = delete;

  Batch batch(const ToyHistoryModel& model) const {
    Batch batch;
    batch.row_sets.resize(model.spec.row_sets.size());
    batch.at(kQueryRows) = {.encoded = &queries_, .shown = query_rows_};
    batch.at(kCandidateRows) = {.encoded = &items_, .shown = candidates_};
    batch.at(model.history) = {
        .encoded = &items_, .shown = seen, .parents = {RowMap{source, offsets, copies_}}};
    return batch;
  }

  // The histories: the query of each row, the first row of each query, and the items.
  std::vector<uint32_t> source, offsets = {0}, seen;

 private:
  EncodedRows queries_, items_;
  std::vector<uint32_t> query_rows_, candidates_, copies_;
};

// The loss is the sum of weighted squares of both outputs, divided by two.
class ToyHistoryTrainer {
 public:
  explicit ToyHistoryTrainer(const ToyHistoryOptions& options = {}, int threads = 2)
      : model(options),
        parameters(model.spec),
        pool(threads),
        plan(model.spec, parameters,
             {.outputs = {model.spec.query, model.spec.candidate}, .backward = true}) {
    parameters.initialize(3);
    parameters.make_gradients();
    for (size_t i = 0; i < parameters.size(); ++i) {
      ParameterState& p = parameters.at(i);
      // Treats tables of equal size as one, even if they are not shared.
      const std::string name = p.spec.table ? "items" : parameters.name(i);
      for (size_t n = 0; p.spec.trainable && n < p.spec.rows * p.spec.cols; ++n)
        p.value.data[n] = static_cast<float>(RandomStream(8, name).normal(n)) * 0.5f;
    }
  }

  double loss(const ToyHistoryBatch& batch) {
    parameters.pack(pool, true);
    plan.forward(pool, batch.batch(model), true, 1);
    double total = 0;
    for (int output : {model.spec.query, model.spec.candidate}) {
      const Matrix y = plan.output(output);
      for (size_t i = 0; i < y.rows * y.cols; ++i) {
        const float x = y(i / y.cols, i % y.cols);
        total += static_cast<double>(weight(output, i)) * x * x / 2;
      }
    }
    return total;
  }

  void backward() {
    for (int output : {model.spec.query, model.spec.candidate}) {
      const Matrix y = plan.output(output), dy = plan.output_gradient(output);
      for (size_t i = 0; i < y.rows * y.cols; ++i)
        dy(i / y.cols, i % y.cols) = weight(output, i) * y(i / y.cols, i % y.cols);
    }
    plan.backward(pool, {model.spec.query, model.spec.candidate});
    join_gradients(parameters);
  }

  // Per trained parameter, as a whole matrix.
  std::map<std::string, std::vector<float>> gradients() const { return whole_gradients(parameters); }

  ToyHistoryModel model;
  Parameters parameters;
  ThreadPool pool;
  Plan plan;

 private:
  static float weight(int output, size_t i) {
    return 0.5f + static_cast<float>(RandomStream(9, "loss").at(static_cast<uint64_t>(output)).uniform(i));
  }
};

}  // namespace shortlist
