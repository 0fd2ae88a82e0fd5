#include "shortlist/jobs/task_balance.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

Config config_with(const Value& retrieval) {
  Config config;
  config.written = Value(Value::Table{{"retrieval", retrieval}});
  config.retrieval.emplace();
  config.ranking.emplace_back();
  config.training.batch = 100;
  return config;
}

TEST(TaskBalance, WarnsOfASumThatNobodyChose) {
  Config config = config_with(Value(Value::Table{}));
  EXPECT_TRUE(warning_of_balance(config).starts_with(
      "retrieval.reduction is not set, so retrieval's loss is a sum over the batch's 100 rows"))
      << warning_of_balance(config);
}

TEST(TaskBalance, IsSilentAboutOneTaskAndAboutAChoice) {
  const Value nothing(Value::Table{});
  EXPECT_EQ(warning_of_balance(config_with(Value(Value::Table{{"reduction", Value(std::string("sum"))}}))),
            "");
  Config retrieves = config_with(nothing), ranks = config_with(nothing), weightless = config_with(nothing);
  retrieves.ranking.clear();
  ranks.retrieval.reset();
  weightless.ranking[0].weight = 0;
  for (const Config& config : {retrieves, ranks, weightless}) EXPECT_EQ(warning_of_balance(config), "");
}

}  // namespace
}  // namespace shortlist
