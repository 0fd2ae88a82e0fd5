// Compares figures of lists and of clicks with scikit-learn 1.9 and keras-rs 0.4. The fixtures were
// written by tests/parity/list_metrics.py.
#include "shortlist/metrics/group_metrics.h"
#include "shortlist/metrics/list_metrics.h"
#include "shortlist/metrics/rating_metrics.h"
#include "shortlist/metrics/user_metrics.h"
#include "shortlist/testing/fixture.h"

namespace shortlist {
namespace {

// Their figures are stored as float32.
constexpr double kTolerance = 1e-6;

// The lists of a case, as rows of (list, relevant item).
struct Lists {
  size_t items = 0;
  std::span<const float> scores, gains;  // [list][item]
  std::vector<uint32_t> list, item;
  std::vector<float> gain;
  std::vector<Rank> rank;

  explicit Lists(const FixtureCase& c)
      : items(c.at("scores").shape[1]), scores(c.floats("scores")), gains(c.floats("gains")) {
    for (size_t i = 0; i < scores.size(); ++i) {
      if (!(gains[i] > 0)) continue;
      const auto of_list = scores.subspan(i / items * items, items);
      list.push_back(static_cast<uint32_t>(i / items));
      item.push_back(static_cast<uint32_t>(i % items));
      gain.push_back(gains[i]);
      rank.push_back({static_cast<uint32_t>(
                          std::ranges::count_if(of_list, [&](float score) { return score > scores[i]; })),
                      0});
    }
  }
  Metrics figures(const std::vector<int>& ks) const {
    const Observations rows{rank.size(), list, item, list, {}, gain};
    const ListItems every{items};
    return user_figures(rows, rank, ks, &every);
  }
  std::vector<uint32_t> groups() const {
    std::vector<uint32_t> groups;
    for (size_t i = 0; i < scores.size(); ++i) groups.push_back(static_cast<uint32_t>(i / items));
    return groups;
  }
};

void expect_all(const FixtureCase& c, const Metrics& figures, std::span<const std::string> names) {
  for (const std::string& name : names) {
    const double* ours = find_metric(figures, name);
    ASSERT_NE(ours, nullptr) << name;
    EXPECT_NEAR(*ours, c.number(name), kTolerance) << name;
  }
}

std::vector<std::string> at_ks(std::initializer_list<const char*> kinds) {
  std::vector<std::string> names;
  for (const char* kind : kinds)
    for (const char* k : {"1", "5", "10"}) names.push_back(std::string(kind) + "@" + k);
  return names;
}

TEST(ListParity, FiguresAreThoseOfScikitLearn) {
  for (const FixtureCase& c : fixture_cases("list_metrics_sklearn")) {
    if (c.name == "lists") {
      std::vector<std::string> names = at_ks({"ndcg"});
      names.insert(names.end(), {"map@25", "list_auc"});
      expect_all(c, Lists(c).figures({1, 5, 10, 25}), names);
      continue;
    }
    const auto users = c.integers("users");
    const std::vector<uint32_t> user(users.begin(), users.end());
    const Metrics figures = rating_figures({c.floats("predictions"), c.floats("labels"), {}, user});
    expect_all(c, figures, std::vector<std::string>{"auc", "log_loss", "gauc", "calibration_error"});
  }
}

TEST(ListParity, FiguresAreThoseOfKerasRs) {
  for (const FixtureCase& c : fixture_cases("list_metrics_keras_rs")) {
    const Lists lists(c);
    if (c.name == "exponential") {
      expect_all(c, group_figures({lists.scores, lists.gains, {}}, lists.groups(), {1, 5, 10}, true),
                 at_ks({"ndcg"}));
      continue;
    }
    std::vector<std::string> names = at_ks({"precision", "recall", "mrr"});
    names.push_back("map@25");
    expect_all(c, lists.figures({1, 5, 10, 25}), names);
  }
}

}  // namespace
}  // namespace shortlist
