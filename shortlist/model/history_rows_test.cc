#include "shortlist/model/history_rows.h"

#include <gtest/gtest.h>

#include "shortlist/testing/toy_histories.h"

namespace shortlist {
namespace {

using Numbers = std::vector<uint32_t>;

Numbers list(std::span<const uint32_t> x) { return {x.begin(), x.end()}; }

// Queries with a history of the ids 0 to 9, each summed up to the query's last event.
struct SumModel {
  SumModel() {
    history = spec.add_history("history", 0);
    auto items = std::make_shared<Embedding>();
    items->ids = 10, items->dim = 3;
    const int item = spec.add({"items", items, {}, history.events, 0});
    const int sum = spec.add({"sums", std::make_shared<RunningSum>(), {item}, history.events});
    spec.query = spec.add({"history", std::make_shared<Gather>(), {sum}, kQueryRows, 0});
  }
  ModelSpec spec;
  HistorySet history;
};

// Row q is the ids [begin, end) of a list that all rows share, or a copy of them.
EncodedRows ranges(const std::vector<std::pair<uint32_t, uint32_t>>& of_rows, bool copied) {
  EncodedRows rows{.rows = of_rows.size(), .columns = {{}}};
  EncodedColumn& column = rows.columns[0];
  std::vector<int32_t> ids = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
  if (copied) column.offsets = {0};
  for (const auto& [begin, end] : of_rows) {
    if (copied) {
      column.ids.insert(column.ids.end(), ids.begin() + begin, ids.begin() + end);
    } else {
      column.ends.push_back(end);
    }
    column.offsets.push_back(copied ? static_cast<uint32_t>(column.ids.size()) : begin);
  }
  if (!copied) column.ids = ids;
  return rows;
}

const std::vector<std::pair<uint32_t, uint32_t>> kRanges = {{0, 3}, {4, 4}, {0, 5}, {2, 4}, {2, 9}, {7, 8}};

TEST(HistoryRows, ShareSequencesThatBeginAtTheSameEvent) {
  const SumModel model;
  const EncodedRows queries = ranges(kRanges, false);
  HistoryRows rows(model.spec, queries);
  const Numbers shown = {2, 1, 3, 0, 2};
  Batch batch = Batch::of(kQueryRows, queries, shown);
  rows.add_to(batch);
  const BatchRows& events = batch.at(model.history.events);
  EXPECT_EQ(list(events.shown), (Numbers{0, 1, 2, 3, 4, 2, 3}));
  EXPECT_EQ(list(events.parents[0].offsets), (Numbers{0, 5, 7}));
  EXPECT_EQ(list(events.parents[0].source), (Numbers{0, 0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(batch.at(model.history.sequences).count(), 2u);
  const RowMap& last = batch.queries().parents[model.history.place];
  EXPECT_EQ(list(last.source), (Numbers{4, kNoSource, 6, 2, 4}));
  EXPECT_EQ(list(last.offsets), (Numbers{0, 0, 0, 1, 1, 3, 3, 4}));
  EXPECT_EQ(list(last.copies), (Numbers{3, 0, 4, 2}));
}

// The outputs of all queries, then the gradient of the table for the gradients 1, 2, 3, ... of the outputs.
std::vector<float> outputs_and_gradients(const EncodedRows& queries) {
  const SumModel model;
  Parameters parameters(model.spec);
  parameters.initialize(1);
  parameters.make_gradients();
  ThreadPool pool(2);
  Plan plan(model.spec, parameters, {.outputs = {model.spec.query}, .backward = true});
  HistoryRows rows(model.spec, queries);
  const Numbers shown = {0, 1, 2, 3, 4, 5, 2};
  Batch batch = Batch::of(kQueryRows, queries, shown);
  rows.add_to(batch);
  plan.forward(pool, batch, true, 0);
  std::vector<float> all;
  const Matrix out = plan.output(model.spec.query), dout = plan.output_gradient(model.spec.query);
  for (size_t q = 0; q < shown.size(); ++q) {
    for (size_t c = 0; c < out.cols; ++c) {
      all.push_back(out(q, c));
      dout(q, c) = static_cast<float>(q + 1);
    }
  }
  plan.backward(pool, {model.spec.query});
  ParameterState& table = *parameters.find("items/embeddings");
  std::vector<float> gradient(10);
  for (size_t i = 0; i < table.rows.touched.size(); ++i)
    gradient[table.rows.touched[i]] = table.gradient(i, 0);
  all.insert(all.end(), gradient.begin(), gradient.end());
  return all;
}

TEST(HistoryRows, OfSharedSequencesGiveTheResultsOfSeparateOnes) {
  const std::vector<float> shared = outputs_and_gradients(ranges(kRanges, false)),
                           separate = outputs_and_gradients(ranges(kRanges, true));
  ASSERT_EQ(shared.size(), 7u * 3 + 10);
  for (size_t i = 0; i < shared.size(); ++i) EXPECT_FLOAT_EQ(shared[i], separate[i]) << i;
  EXPECT_EQ(shared[3], 0);  // the second query has no history
  EXPECT_NE(shared[0], 0);
}

}  // namespace
}  // namespace shortlist
