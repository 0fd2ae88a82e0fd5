#include "shortlist/optim/schedule.h"

#include <gtest/gtest.h>

#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

constexpr double kStepsAnEpoch = 4, kEpochs = 5;

// The factor after this number of steps of a run of 5 epochs of 4 steps.
double factor(const ScheduleConfig& schedule, double steps) {
  return schedule_factor(schedule, {steps, kStepsAnEpoch, kEpochs});
}

TEST(Schedule, IsConstantByDefault) {
  for (double steps : {0.0, 1.0, 7.5, 100.0}) EXPECT_EQ(factor({}, steps), 1);
}

TEST(Schedule, WarmsUpAlongALine) {
  EXPECT_EQ(factor({.warm_up = 8}, 0), 0);
  EXPECT_EQ(factor({.warm_up = 8}, 2), 0.25);
  EXPECT_EQ(factor({.warm_up = 8}, 8), 1);
  EXPECT_EQ(factor({.warm_up = 8, .warm_up_from = 0.5}, 4), 0.75);
}

TEST(Schedule, FallsUntilTheEndOfTheRun) {
  EXPECT_DOUBLE_EQ(factor({.kind = ScheduleKind::linear}, 5), 0.75);
  EXPECT_DOUBLE_EQ(factor({.kind = ScheduleKind::cosine}, 10), 0.5);
  EXPECT_DOUBLE_EQ(factor({.kind = ScheduleKind::cosine, .end = 0.2}, 20), 0.2);
  EXPECT_DOUBLE_EQ(factor({.kind = ScheduleKind::linear, .warm_up = 10}, 15), 0.5);
  EXPECT_DOUBLE_EQ(factor({.kind = ScheduleKind::linear, .length = 4}, 100), 0);
}

TEST(Schedule, CountsEpochsAndTheirParts) {
  const ScheduleConfig half = {
      .kind = ScheduleKind::step, .unit = ScheduleUnit::epochs, .factor = 0.5, .every = 2};
  EXPECT_EQ(factor(half, 7), 1);
  EXPECT_EQ(factor(half, 8), 0.5);
  EXPECT_EQ(factor(half, 16), 0.25);
  EXPECT_EQ(factor({.unit = ScheduleUnit::epochs, .warm_up = 1}, 1), 0.25);
}

TEST(Schedule, MultipliesAtTheNamedSteps) {
  const ScheduleConfig at = {.kind = ScheduleKind::step, .factor = 0.5, .at = {3, 6}};
  EXPECT_EQ(factor(at, 2), 1);
  EXPECT_EQ(factor(at, 3), 0.5);
  EXPECT_EQ(factor(at, 6), 0.25);
}

TEST(Schedule, RejectsSettingsThatDoNotFit) {
  const auto message = [](const ScheduleConfig& schedule) {
    return message_of([&] { check_schedule(schedule); });
  };
  EXPECT_EQ(message({.kind = ScheduleKind::step}), "schedule: kind = \"step\" needs every or at");
  EXPECT_EQ(message({.kind = ScheduleKind::exponential}), "schedule: kind = \"exponential\" needs every");
  EXPECT_EQ(message({.every = 3}),
            "schedule: every needs kind = \"step\" or \"exponential\", got \"constant\"");
  EXPECT_EQ(message({.length = 3}),
            "schedule: length needs kind = \"linear\" or \"cosine\", got \"constant\"");
  EXPECT_EQ(message({.kind = ScheduleKind::step, .every = 3, .at = {1}}),
            "schedule: at needs kind = \"step\" without every");
}

}  // namespace
}  // namespace shortlist
