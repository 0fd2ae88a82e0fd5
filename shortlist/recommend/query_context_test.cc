#include "shortlist/recommend/query_context.h"

#include <gtest/gtest.h>

#include <atomic>

#include "shortlist/bundle/bundle.h"
#include "shortlist/jobs/training.h"
#include "shortlist/recommend/gap_notes.h"
#include "shortlist/recommend/shown_predictions.h"
#include "shortlist/testing/small_table.h"

namespace shortlist {
namespace {

const Recommender& tiny() {
  static const TinyTable table;
  static const Recommender recommender = [] {
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    const std::string out = table.folder() / "bundle";
    train(table.config(), {.out = out, .threads = 1}, nobody, stop);
    return Recommender::load(out);
  }();
  return recommender;
}

// The columns user and country; "" is missing.
std::vector<Column> queries(const std::vector<std::pair<std::string_view, std::string_view>>& rows) {
  std::vector<Column> columns(2);
  for (const auto& [user, country] : rows) {
    for (const auto& [column, text] : {std::pair(&columns[0], user), std::pair(&columns[1], country)}) {
      column->texts.push_back(text);
      column->missing.push_back(text.empty());
      ++column->rows;
    }
  }
  return columns;
}

TEST(QueryContext, FillsInWhatAUserAlwaysHas) {
  const std::vector<Column> asked = queries({{"u01", ""}, {"u01", "Japan"}, {"nobody", ""}, {"", ""}});
  const FilledQueries filled(tiny().query_context(), asked);
  EXPECT_EQ(filled.columns[1].texts[0], "Peru");
  EXPECT_EQ(filled.columns[1].texts[1], "Japan");
  EXPECT_EQ(filled.columns[1].missing, (std::vector<uint8_t>{0, 0, 1, 1}));
  EXPECT_EQ(filled.columns[0].missing, asked[0].missing);
}

TEST(QueryContext, CountsWhatIsMissing) {
  const auto gaps = tiny().query_context().gaps(queries({{"u01", ""}, {"nobody", ""}, {"", "Peru"}}));
  ASSERT_EQ(gaps.size(), 2u);
  EXPECT_EQ(gaps[0].column, "user");
  EXPECT_EQ(gaps[0].missing, 1u);
  EXPECT_EQ(gaps[1].missing, 1u);
  EXPECT_EQ(gaps[1].filled, 1u);
  EXPECT_EQ(warnings_of_gaps(gaps, 3),
            (std::vector<std::string>{
                "user is not given in 1 of 3 queries, so the model treats it as missing",
                "country is not given in 1 of 3 queries, so the model treats it as missing"}));
}

TEST(QueryContext, GivesTheSameAnswerAsTheWholeQuery) {
  const auto told = tiny().recommend({{"user", "u01"}, {"country", "Peru"}}, {});
  const auto filled = tiny().recommend({{"user", "u01"}}, {});
  ASSERT_EQ(told.size(), filled.size());
  for (size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i].item, filled[i].item);
    EXPECT_EQ(told[i].score, filled[i].score);
  }
}

TEST(ShownPredictions, AreWithinTheLabelsRange) {
  const LabelRange& range = tiny().bundle().labels.at(0);
  std::vector<std::vector<float>> rows = {{-100}, {3}, {100}};
  clamp_to_labels(tiny().bundle(), rows);
  EXPECT_EQ(rows[0][0], static_cast<float>(range.least));
  EXPECT_EQ(rows[1][0], 3);
  EXPECT_EQ(rows[2][0], static_cast<float>(range.most));
}

}  // namespace
}  // namespace shortlist
