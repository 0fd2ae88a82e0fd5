#include "shortlist/synth/truth.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "shortlist/base/random.h"
#include "shortlist/synth/taste.h"
#include "shortlist/synth/titles.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

TEST(SynthTruth, FillsInTheDefaults) {
  const SynthOptions small = complete({.rows = 1'000}), middle = complete({}),
                     large = complete({.rows = 100'000'000});
  EXPECT_EQ(small.users, 50);
  EXPECT_EQ(small.items, 200);
  EXPECT_EQ(middle.users, 2'000);
  EXPECT_EQ(middle.items, 1'000);
  EXPECT_EQ(large.users, 1'000'000);
  EXPECT_EQ(large.items, 100'000);
}

TEST(SynthTruth, RejectsWhatIsOutOfRange) {
  EXPECT_EQ(message_of([] { complete({.rows = 0}); }), "rows: got 0, need 1 to 1000000000");
  EXPECT_EQ(message_of([] { complete({.genres = 17}); }), "genres: got 17, need 2 to 16");
  EXPECT_EQ(message_of([] { complete({.items = 5}); }), "items: got 5, need 12 to 1000000");
}

TEST(SynthTruth, GivesEachItemATitleOfItsOwn) {
  const SynthTruth truth = synth_truth({.rows = 1'000, .items = 30'000});
  std::set<std::string> titles;
  for (const SynthItem& item : truth.items) titles.insert(item.title);
  EXPECT_EQ(titles.size(), 30'000u);
}

TEST(SynthTruth, PlantsTheGenreInTheTitle) {
  const SynthTruth truth = synth_truth({.rows = 1'000, .items = 2'400});
  int dragons = 0, fantasies = 0;
  for (const SynthItem& item : truth.items) {
    if (item.title.find("Dragon") == item.title.npos) continue;
    ++dragons;
    fantasies += synth_genre_names()[item.genre[0]] == "Fantasy";
  }
  EXPECT_GT(dragons, 10);
  EXPECT_GT(fantasies, 0.6 * dragons);
}

TEST(SynthTruth, MakesTasteDependOnCountryAndAge) {
  const SynthTruth truth = synth_truth({.rows = 100'000});
  double same = 0, other = 0;
  int same_pairs = 0, other_pairs = 0;
  for (size_t u = 1; u < truth.users.size(); ++u) {
    for (size_t v = 0; v < 100 && v < u; ++v) {
      double product = 0;
      for (int g = 0; g < truth.options.genres; ++g) product += truth.taste(u)[g] * truth.taste(v)[g];
      const SynthUser &a = truth.users[u], &b = truth.users[v];
      const bool alike = a.country == b.country && a.age_group == b.age_group;
      (alike ? same : other) += product / truth.options.genres;
      ++(alike ? same_pairs : other_pairs);
    }
  }
  EXPECT_GT(same / same_pairs, other / other_pairs + 0.2);
}

TEST(SynthTaste, ExpectsTheMeanOfRoundedScores) {
  const SynthTruth truth = synth_truth({.rows = 1'000});
  const SynthTaste taste(truth, 3);
  const SynthItem& item = truth.items[5];
  const RandomStream noise(1, "test");
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    sum += std::clamp(std::round(taste.score(item) + kSynthNoise * noise.normal(i)), 1.0, 5.0);
  }
  EXPECT_NEAR(taste.expected_rating(item), sum / 100'000, 0.01);
}

}  // namespace
}  // namespace shortlist
