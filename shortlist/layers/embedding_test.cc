#include "shortlist/layers/embedding.h"

#include <map>
#include <numeric>

#include "shortlist/testing/gradient_check.h"

namespace shortlist {
namespace {

// Bags of the ids 0 to 4. Batch row r is encoded row shown[r].
struct Bags {
  explicit Bags(const std::vector<std::vector<int32_t>>& bags) {
    column.offsets = {0};
    for (const auto& bag : bags) {
      column.ids.insert(column.ids.end(), bag.begin(), bag.end());
      column.offsets.push_back(static_cast<uint32_t>(column.ids.size()));
    }
    shown.resize(bags.size());
    std::iota(shown.begin(), shown.end(), 0);
  }
  LayerPlace place() const { return {.rows = shown.size(), .feature = {&column, shown}}; }

  EncodedColumn column;
  std::vector<uint32_t> shown;
};

Embedding embedding(Pooling pooling, int dim = 2) {
  Embedding layer;
  layer.dim = dim;
  layer.pooling = pooling;
  layer.ids = 5;
  return layer;
}

const Rows kTable = {{1, 10}, {2, 20}, {3, 30}, {4, 40}, {5, 50}};

TEST(Embedding, MatchesTheWorkedExample) {
  // No id, one id, two ids, an id twice, and four ids.
  const Bags bags({{}, {3}, {0, 2}, {1, 1}, {0, 1, 2, 3}});
  const auto output = [&](Pooling pooling) {
    const Embedding layer = embedding(pooling);
    LayerRun run(layer, bags.place());
    run.set_value(0, kTable);
    run.forward();
    return run.output.rows();
  };
  EXPECT_EQ(output(Pooling::mean), (Rows{{0, 0}, {4, 40}, {2, 20}, {2, 20}, {2.5f, 25}}));
  EXPECT_EQ(output(Pooling::sum), (Rows{{0, 0}, {4, 40}, {4, 40}, {4, 40}, {10, 100}}));
  EXPECT_EQ(output(Pooling::sqrtn)[4], (std::vector<float>{5, 50}));
}

TEST(Embedding, ListsTheTouchedRowsAndWhoTouchesThem) {
  Bags bags({{4, 1, 4}, {0}, {}, {1}});
  bags.shown = {0, 3, 3, 2};  // encoded row 1 is not in the batch, row 3 twice
  const Embedding layer = embedding(Pooling::sum);
  LayerRun run(layer, bags.place());
  run.forward();
  const TouchedRows& rows = run.parameters[0]->rows;
  EXPECT_EQ(rows.touched, (std::vector<uint32_t>{4, 1}));
  EXPECT_EQ(rows.offsets, (std::vector<uint32_t>{0, 2, 5}));
  EXPECT_EQ(rows.users, (std::vector<uint32_t>{0, 0, 0, 1, 2}));

  run.doutput.set({{1, 2}, {10, 20}, {100, 200}, {1000, 2000}});
  run.backward();
  EXPECT_EQ(run.gradient(0), (Rows{{2, 4}, {111, 222}}));
}

// Bags of 0 to 4 of 50,000 ids, some of which repeat.
TEST(Embedding, ListsTheRowsOfALargeTableInOrderOfFirstAppearance) {
  const RandomStream random(1, "ids");
  std::vector<std::vector<int32_t>> drawn(3000);
  for (size_t r = 0; r < drawn.size(); ++r) {
    for (size_t i = 0; i < r % 5; ++i)
      drawn[r].push_back(static_cast<int32_t>(random.below(5 * r + i, r % 2 == 0 ? 50'000 : 50)));
  }
  std::vector<uint32_t> touched;
  std::map<uint32_t, std::vector<uint32_t>> users;
  for (size_t r = 0; r < drawn.size(); ++r) {
    for (int32_t drawn_id : drawn[r]) {
      const auto id = static_cast<uint32_t>(drawn_id);
      if (users[id].empty()) touched.push_back(id);
      users[id].push_back(static_cast<uint32_t>(r));
    }
  }
  Bags bags(drawn);
  Embedding layer = embedding(Pooling::sum);
  layer.ids = 50'000;
  LayerRun run(layer, bags.place());
  run.forward();
  const TouchedRows& rows = run.parameters[0]->rows;
  ASSERT_EQ(rows.touched, touched);
  for (size_t i = 0; i < touched.size(); ++i) {
    const std::vector<uint32_t> got(rows.users.begin() + rows.offsets[i],
                                    rows.users.begin() + rows.offsets[i + 1]);
    ASSERT_EQ(got, users[touched[i]]) << "id " << touched[i];
  }
}

TEST(Embedding, WeighsTheIdsOfARowByTheirAge) {
  const Bags bags({{}, {3}, {0, 2}, {0, 1, 2}});
  const auto output = [&](Pooling pooling) {
    Embedding layer = embedding(pooling);
    layer.half_life = 1;
    LayerRun run(layer, bags.place());
    run.set_value(0, kTable);
    run.forward();
    return run.output.rows();
  };
  EXPECT_EQ(output(Pooling::sum), (Rows{{0, 0}, {4, 40}, {3.5f, 35}, {4.25f, 42.5f}}));
  EXPECT_EQ(output(Pooling::mean)[1], (std::vector<float>{4, 40}));
  EXPECT_FLOAT_EQ(output(Pooling::mean)[3][0], 4.25f / 1.75f);
  EXPECT_FLOAT_EQ(output(Pooling::sqrtn)[3][0], 4.25f / std::sqrt(1 + 0.25f + 0.0625f));
}

TEST(Embedding, DropsIdsInTrainingOnlyAndAveragesTheRest) {
  std::vector<std::vector<int32_t>> drawn(200, {0, 1, 2, 3, 4});
  const Bags bags(drawn);
  Embedding layer = embedding(Pooling::sum);
  layer.item_dropout = 0.4;
  const auto outputs = [&](bool training, Pooling pooling) {
    layer.pooling = pooling;
    LayerPlace place = bags.place();
    place.training = training;
    LayerRun run(layer, place);
    run.set_value(0, Rows(5, {1, 2}));
    run.forward();
    return run.output.rows();
  };
  EXPECT_EQ(outputs(false, Pooling::sum), Rows(200, {5, 10}));
  double kept = 0;
  for (const auto& row : outputs(true, Pooling::sum)) kept += row[0];
  EXPECT_NEAR(kept / 1000, 0.6, 0.05);
  for (const auto& row : outputs(true, Pooling::mean))
    EXPECT_TRUE(row[0] == 0 || std::abs(row[0] - 1) < 1e-6);
}

TEST(Embedding, GradientsOfWeightedIdsMatchFiniteDifferences) {
  Bags bags({{}, {3}, {0, 2}, {1, 1}, {0, 1, 2, 3}, {2}});
  for (Pooling pooling : {Pooling::mean, Pooling::sum, Pooling::sqrtn}) {
    for (auto [half_life, dropout] : {std::pair{2.0, 0.0}, {0.0, 0.3}, {1.5, 0.5}}) {
      Embedding layer = embedding(pooling, 3);
      layer.half_life = half_life;
      layer.item_dropout = dropout;
      expect_gradients_match(layer, bags.place());
    }
  }
}

TEST(Embedding, GradientsMatchFiniteDifferences) {
  Bags bags({{}, {3}, {0, 2}, {1, 1}, {0, 1, 2, 3}, {2}});
  for (Pooling pooling : {Pooling::mean, Pooling::sum, Pooling::sqrtn}) {
    const Embedding layer = embedding(pooling, 3);
    for (size_t rows : {0, 1, 7, 8, 9}) {
      bags.shown.resize(rows);
      for (size_t r = 0; r < rows; ++r) bags.shown[r] = static_cast<uint32_t>((r * 5 + 4) % 6);
      expect_gradients_match(layer, bags.place());
    }
  }
}

TEST(Embedding, BatchesOfDifferentSizesUseTheSameMemory) {
  Bags bags({{0}, {1}, {2}, {3}, {4}});
  const Embedding layer = embedding(Pooling::mean);
  LayerRun run(layer, bags.place());
  const std::vector<std::vector<uint32_t>> batches = {{2, 2, 2, 2, 2}, {4, 3, 2, 1, 0}, {0, 0, 1, 1, 0}};
  for (const std::vector<uint32_t>& shown : batches) {
    run.pass.feature.rows = shown;
    run.forward();
    run.doutput.set(1);
    run.backward();
    for (size_t id = 0; id < 5; ++id) {
      EXPECT_EQ(run.gradient(0, 2 * id), static_cast<float>(std::count(shown.begin(), shown.end(), id)));
    }
  }
}

TEST(Embedding, ReadsColumnsWithOneIdARow) {
  EncodedColumn column;
  column.ids = {4, 0};
  const std::vector<uint32_t> shown = {1, 0, 1};
  const Embedding layer = embedding(Pooling::mean);
  LayerRun run(layer, {.rows = 3, .feature = {&column, shown}});
  run.set_value(0, kTable);
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{1, 10}, {5, 50}, {1, 10}}));
}

TEST(Embedding, RejectsInputsAndNoColumns) {
  EXPECT_EQ(plan_error(embedding(Pooling::mean), {3}), "got 1 inputs, need 0");
  EXPECT_EQ(plan_error(embedding(Pooling::mean, 0), {}), "dim = 0: needs to be at least 1");
}

TEST(Numbers, ShowsTheNumbersOfTheBatchesRows) {
  EncodedColumn column;
  column.width = 2;
  column.values = {1, 2, 3, 4, 5, 6};
  const std::vector<uint32_t> shown = {2, 0, 2};
  Numbers layer;
  layer.width = 2;
  LayerRun run(layer, {.rows = 3, .feature = {&column, shown}});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{5, 6}, {1, 2}, {5, 6}}));
  EXPECT_EQ(plan_error(layer, {1}), "got 1 inputs, need 0");
}

TEST(Embedding, WeighsIdsWithWeightsOfTheirOwn) {
  Bags bags({{}, {3}, {0, 2}, {0, 2}});
  bags.column.weights = {2, 1, 3, 0, 0};
  const auto output = [&](Pooling pooling) {
    const Embedding layer = embedding(pooling);
    LayerRun run(layer, bags.place());
    run.set_value(0, kTable);
    run.forward();
    return run.output.rows();
  };
  EXPECT_EQ(output(Pooling::sum), (Rows{{0, 0}, {8, 80}, {10, 100}, {0, 0}}));
  EXPECT_EQ(output(Pooling::mean), (Rows{{0, 0}, {4, 40}, {2.5f, 25}, {0, 0}}));
  EXPECT_FLOAT_EQ(output(Pooling::sqrtn)[2][0], 10 / std::sqrt(10.0f));
  for (Pooling pooling : {Pooling::mean, Pooling::sum, Pooling::sqrtn})
    expect_gradients_match(embedding(pooling), bags.place());
}

TEST(Embedding, ReadsOnePlaceOfARow) {
  const Bags bags({{4, 1}, {}, {2, 2}, {0, 3}});
  Embedding layer = embedding(Pooling::mean);
  layer.place = 1;
  LayerRun run(layer, bags.place());
  run.set_value(0, kTable);
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{2, 20}, {0, 0}, {3, 30}, {4, 40}}));
  expect_gradients_match(layer, bags.place());
}

TEST(Embedding, KeepsTheLastIdsApartInSlots) {
  const Bags bags({{4, 1, 0}, {}, {2}});
  Embedding layer = embedding(Pooling::mean);
  layer.slots = 2;
  LayerRun run(layer, bags.place());
  run.set_value(0, kTable);
  run.forward();
  const float none = Embedding::kNoId;
  EXPECT_EQ(run.output.rows(),
            (Rows{{2, 20, 0, 1, 10, 0}, {0, 0, none, 0, 0, none}, {3, 30, 0, 0, 0, none}}));
  expect_gradients_match(layer, bags.place());
}

}  // namespace
}  // namespace shortlist
