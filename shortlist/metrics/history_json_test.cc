#include "shortlist/metrics/history_json.h"
#include "shortlist/report/history_csv.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

History two_epochs() {
  return {{{1, 0.1 + 0.2, {{"rmse", 1.0 / 3}, {"loss", 1e22}}, {{"rmse", 5e-324}}},
           {2, 0.001, {{"rmse", NAN}, {"loss", 0.1}, {"top, 5", 1}}, {}}}};
}

std::string fault(std::string_view json) {
  try {
    history_from_json(json, "history.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::data);
    return error.what();
  }
  return "";
}

TEST(HistoryCsv, HasOneRowAnEpochWithAllDigits) {
  EXPECT_EQ(to_csv(two_epochs()),
            "epoch,learning_rate,train_rmse,train_loss,\"train_top, 5\",validation_rmse\n"
            "1,0.30000000000000004,0.3333333333333333,1e+22,,5e-324\n"
            "2,0.001,,0.1,1,\n");
}

TEST(HistoryCsv, OfNothingHasOnlyAHeader) { EXPECT_EQ(to_csv({}), "epoch,learning_rate\n"); }

TEST(HistoryJson, ComesBackBitForBitAndInOrder) {
  const History before = two_epochs();
  const History after = history_from_json(to_json(before), "history.json");
  ASSERT_EQ(after.epochs.size(), 2u);
  EXPECT_EQ(after.epochs[0].epoch, 1);
  EXPECT_EQ(after.epochs[0].learning_rate, 0.1 + 0.2);
  EXPECT_EQ(after.epochs[0].train, before.epochs[0].train);
  EXPECT_EQ(after.epochs[0].validation, before.epochs[0].validation);
  EXPECT_TRUE(std::isnan(*find_metric(after.epochs[1].train, "rmse")));
  EXPECT_EQ(to_json(after), to_json(before));
}

TEST(HistoryJson, OfNothingComesBack) {
  EXPECT_EQ(to_json({}), "{\n \"epochs\": []\n}\n");
  EXPECT_TRUE(history_from_json(to_json({}), "history.json").epochs.empty());
}

TEST(HistoryJson, RejectsWhatIsNoHistory) {
  EXPECT_EQ(fault("{"), "history.json: not JSON");
  EXPECT_EQ(fault("[]"), "history.json: the history is array, not an object");
  EXPECT_EQ(fault("{}"), "history.json: the history has no 'epochs'");
  EXPECT_EQ(fault(R"({"epochs": 3})"), "history.json: epochs is number, not a list");
  EXPECT_EQ(fault(R"({"epochs": [{"epoch": 1.5}]})"),
            "history.json: epochs[0].epoch is 1.5, not a whole number");
  EXPECT_EQ(fault(R"({"epochs": [{"epoch": 99999999999}]})"),
            "history.json: epochs[0].epoch is 99999999999, not a whole number up to 2147483647");
  EXPECT_EQ(
      fault(R"({"epochs": [{"epoch": 1, "learning_rate": 0.1, "train": {"rmse": "x"}, "validation": {}}]})"),
      "history.json: epochs[0].train.rmse is string, not a number");
  EXPECT_EQ(fault(R"({"epochs": [{"epoch": 1, "learning_rate": 0.1, "train": {}}]})"),
            "history.json: epochs[0] has no 'validation'");
}

}  // namespace
}  // namespace shortlist
