#include "shortlist/jobs/scale_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "shortlist/jobs/scale_work.h"
#include "shortlist/model/parameters.h"
#include "shortlist/testing/prepared_table.h"

namespace shortlist {
namespace {

// The small table as a sample.
struct Planned {
  Planned() : config(table.config()), sample(sample_for_scale(config)) {}
  ScalePlan plan(const ScaleQuestion& question) const { return plan_scale(config, sample, question, {}); }

  TinyTable table;
  Config config;
  ScaleSample sample;
};

const StageFigures& stage(const ScalePlan& plan, std::string_view name) {
  return *std::ranges::find(plan.stages, name, &StageFigures::stage);
}

TEST(ScalePlan, CountsTheParametersOfTheSampleItself) {
  const Planned planned;
  const TinyModel model(planned.table);
  const ScalePlan plan = planned.plan({});
  EXPECT_EQ(plan.dense_parameters + plan.table_parameters,
            static_cast<double>(model.parameters.trainable_count() + model.parameters.kept_count()));
  EXPECT_EQ(plan.rows, static_cast<double>(model.data().rows));
}

TEST(ScalePlan, GrowsTablesWithUsersAndItems) {
  const Planned planned;
  const ScalePlan small = planned.plan({}), large = planned.plan({.rows = 1e9, .items = 1e8, .users = 1e7});
  EXPECT_EQ(large.dense_parameters, small.dense_parameters);
  EXPECT_GT(large.table_parameters, 1e8);
  EXPECT_GT(stage(large, "bundle").disk, 4 * large.table_parameters);
}

TEST(ScalePlan, SplitsRowsAndTablesOverRanksButNotDenseParameters) {
  const Planned planned;
  const ScaleQuestion one{.rows = 1e8, .items = 1e5, .users = 1e6};
  ScaleQuestion four = one;
  four.ranks = 4;
  const ScalePlan alone = planned.plan(one), shared = planned.plan(four);
  const double start = ScaleConstants().read_start;
  EXPECT_NEAR(stage(shared, "read").seconds - start, (stage(alone, "read").seconds - start) / 4, 1e-9);
  EXPECT_LT(stage(shared, "train an epoch").memory, stage(alone, "train an epoch").memory / 2);
  EXPECT_EQ(alone.step_bytes, 0);
  EXPECT_GT(shared.step_bytes, 2 * 4 * shared.dense_parameters * 3 / 4);
}

TEST(ScalePlan, RefusesMoreMemoryAndRanksThanThereAre) {
  const Planned planned;
  const std::string message = message_of([&] { planned.plan({.rows = 1e9, .memory = 64e9}); });
  EXPECT_TRUE(message.starts_with("'read' needs ") && message.ends_with(" per rank, but --memory is 64.0 GB"))
      << message;
  EXPECT_EQ(message_of([&] { planned.plan({.ranks = 12}); }),
            "--ranks 12: a batch has 8 parts, and each rank needs one; use fewer ranks or --parts 16");
  EXPECT_EQ(message_of([&] { planned.plan({.items = 1.5e9}); }).substr(0, 20), "the feature 'movie' ");
}

TEST(DistinctInBatch, IsTheExpectedNumberOfDraws) {
  EXPECT_DOUBLE_EQ(distinct_in_batch(1, 100), 1);
  EXPECT_NEAR(distinct_in_batch(2, 2), 1.5, 1e-12);
  EXPECT_NEAR(distinct_in_batch(1e12, 1000), 1000, 1e-3);
}

TEST(ScaleConstants, AreReadFromAFileWithTheirNames) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "c.json", R"({"machine": "m", "step": 0.5})");
  const ScaleConstants constants = load_scale_constants(folder / "c.json");
  EXPECT_EQ(constants.step, 0.5);
  EXPECT_EQ(constants.operation, ScaleConstants().operation);
  write_file_atomically(folder / "c.json", R"({"stepp": 0.5})");
  EXPECT_NE(message_of([&] { load_scale_constants(folder / "c.json"); }).find("stepp"), std::string::npos);
}

}  // namespace
}  // namespace shortlist
