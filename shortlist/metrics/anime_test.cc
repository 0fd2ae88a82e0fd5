// Expected results of the reports on the reference table. Uses the reference run's split if it is in the data
// folder, otherwise a shuffle of our own.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>

#include "shortlist/base/random.h"
#include "shortlist/metrics/evaluation.h"
#include "shortlist/metrics/overlap.h"
#include "shortlist/report/evaluation_text.h"

namespace shortlist {
namespace {

std::filesystem::path data_folder() {
  const char* given = std::getenv("SHORTLIST_DATA");
  return given != nullptr ? given : "../shared/data";
}

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// The fields of one line. A quoted field may contain commas and doubled quotes, but no line breaks.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

struct Columns {
  std::vector<uint32_t> query, candidate, user;
  std::vector<float> label;
  Observations view() const { return {label.size(), query, candidate, user, label, {}}; }
};

class Index {
 public:
  uint32_t of(const std::string& key) {
    return index_.try_emplace(key, static_cast<uint32_t>(index_.size())).first->second;
  }
  uint32_t size() const { return static_cast<uint32_t>(index_.size()); }

 private:
  std::map<std::string, uint32_t> index_;
};

constexpr size_t train_rows = 240'000, test_rows = 10'358;

// The table with its split, read once for all tests.
class Table {
 public:
  static std::filesystem::path path() { return data_folder() / "anime/clean_data_with_ids.csv"; }

  Table() {
    read();
    const std::vector<uint32_t> order = split();
    train = pick(order, 0, train_rows);
    test = pick(order, order.size() - test_rows, order.size());
  }

  Columns train, test;
  uint32_t names = 0;
  bool reference = false;  // split as in the reference run

 private:
  void read() {
    std::ifstream in(path());
    std::string line;
    std::getline(in, line);  // name,genre,type,Feedback,Audience,User_ID,Anime_ID
    Index name, query, user;
    while (std::getline(in, line)) {
      const std::vector<std::string> f = fields_of(line);
      all_.candidate.push_back(name.of(f.at(0)));
      all_.query.push_back(query.of(f.at(1) + "\n" + f.at(2) + "\n" + f.at(4)));
      all_.label.push_back(std::stof(f.at(3)));
      all_.user.push_back(user.of(f.at(5)));
    }
    names = name.size();
  }

  // The reference run's order of rows, an .npy file of int32.
  std::vector<uint32_t> split() {
    std::vector<uint32_t> order(all_.label.size());
    const std::string npy = read_file(data_folder() / "../reference/notebook-run/split.npy");
    reference = npy.size() > order.size() * 4;
    if (reference) {
      std::memcpy(order.data(), npy.data() + npy.size() - order.size() * 4, order.size() * 4);
    } else {
      std::iota(order.begin(), order.end(), 0u);
      RandomStream(42, "split").shuffle(std::span(order));
    }
    return order;
  }

  Columns pick(const std::vector<uint32_t>& order, size_t begin, size_t end) const {
    Columns rows;
    for (size_t i = begin; i < end; ++i) {
      rows.query.push_back(all_.query[order[i]]);
      rows.candidate.push_back(all_.candidate[order[i]]);
      rows.user.push_back(all_.user[order[i]]);
      rows.label.push_back(all_.label[order[i]]);
    }
    return rows;
  }

  Columns all_;
};

class Anime : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(Table::path())) GTEST_SKIP() << Table::path() << " is not there";
    static const Table once;
    table_ = &once;
    ASSERT_EQ(table_->names, 997u);
  }

  const Table* table_ = nullptr;
};

double figure(const TaskReport& task, size_t baseline, const std::string& name) {
  for (const BaselineMetric& figure : task.baselines.at(baseline).figures) {
    if (figure.name == name) return figure.value;
  }
  return -1;
}

TEST_F(Anime, LookupTableAnswersNearlyEveryQuery) {
  const std::vector<Rank> rank(test_rows);  // a perfect model
  const TaskReport report = evaluate_retrieval(fit_candidate_weights(table_->train.view(), table_->names),
                                               table_->test.view(), {rank, {}}, nullptr, {1, 5, 10}, 1);
  ASSERT_EQ(report.baselines.at(1).name, "most frequent per query");
  const double slack = table_->reference ? 5e-5 : 0.01;
  EXPECT_NEAR(figure(report, 1, "top_1"), 0.9084, slack);
  EXPECT_NEAR(figure(report, 1, "top_5"), 0.9975, slack);
  EXPECT_NEAR(figure(report, 1, "top_10"), 1.0, slack);
  EXPECT_LT(figure(report, 0, "top_10"), 0.2);
}

TEST_F(Anime, BaselinesOfRatingsReachTheirKnownError) {
  const std::vector<float> sevens(test_rows, 7.0f);
  const TaskReport report =
      evaluate_ratings("Feedback", fit_label_means(table_->train.view()), table_->test.view(), sevens, 1);
  const double slack = table_->reference ? 5e-4 : 0.04;
  EXPECT_NEAR(figure(report, 0, "rmse"), 1.526, slack);
  EXPECT_NEAR(figure(report, 1, "rmse"), 1.420, slack);
  EXPECT_NEAR(figure(report, 2, "rmse"), 1.178, slack);
}

TEST_F(Anime, NearlyEveryTestRowStandsInTrain) {
  EXPECT_NEAR(share_in_train(table_->train.view(), table_->test.view()), 0.9955,
              table_->reference ? 5e-5 : 0.005);
}

// The reference run's metrics after one epoch: .8869 hits at 1, .9940 at 5, rmse about 1.46.
TEST_F(Anime, ReferenceModelIsNoBetterThanItsBaselines) {
  std::vector<Rank> rank(test_rows);
  std::vector<float> prediction(test_rows);
  const RandomStream random(1, "model");
  for (size_t i = 0; i < test_rows; ++i) {
    const double u = random.uniform(i);
    rank[i] = {u < 0.8869 ? 0u : u < 0.9940 ? 3u : u < 0.9988 ? 8u : 20u, 0};
    prediction[i] = table_->test.label[i] + static_cast<float>(1.46 * random.at(1).normal(i));
  }
  const Observations train{train_rows, table_->train.query, table_->train.candidate,
                           {},         table_->train.label, {}};
  EvaluationReport report{"test", test_rows, share_in_train(train, table_->test.view()), {}, {}};
  report.tasks.push_back(evaluate_retrieval(fit_candidate_weights(train, table_->names), table_->test.view(),
                                            {rank, {}}, nullptr, {1, 5, 10, 50, 100}, 1));
  report.tasks.push_back(
      evaluate_ratings("Feedback", fit_label_means(train), table_->test.view(), prediction, 1));
  const std::string text = report_text(report, ReportDetail::full);
  for (const char* words :
       {"The model's retrieval beats popularity: ",
        "The model's retrieval is worse than a lookup table of each query's most frequent ",
        "The model's predictions of Feedback are worse than the item's mean: ",
        " % of these rows also occur, identical, in train, so "}) {
    EXPECT_NE(text.find(words), std::string::npos) << words << "\n" << text;
  }
}

}  // namespace
}  // namespace shortlist
