// The taste of one user of the synthetic table: all formulas of the planted taste.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "shortlist/synth/truth.h"

namespace shortlist {

class SynthTaste {
 public:
  // `truth` must outlive it.
  SynthTaste(const SynthTruth& truth, size_t user);

  // The mean of the user's tastes for the item's genres.
  double genre_match(const SynthItem& item) const;
  // How close the item's year is to the user's era, in (0, 1].
  double era_match(const SynthItem& item) const { return era_[item.year - kSynthFirstYear]; }

  // An item is drawn as follows: draw a genre and a year by offer(), then one of their items by popularity;
  // accept it with probability acceptance(), otherwise start again.
  double offer(int genre, int year) const { return offer_[genre] * era_offer_[year - kSynthFirstYear]; }
  double acceptance(const SynthItem& item) const;

  // A rating is the score plus noise, rounded and clamped to 1 to 5. Its mean is the best prediction.
  double score(const SynthItem& item) const;
  double expected_rating(const SynthItem& item) const;
  // [items], proportional to the probability that a draw returns each item: the best possible ranking.
  std::vector<double> appeal() const;

 private:
  const SynthTruth& truth_;
  const std::span<const float> taste_;
  const float bias_;
  std::array<double, kSynthMostGenres> offer_ = {};
  // [n - 1][genre]: the genre's factor in the odds against an item that has n genres.
  std::array<std::array<double, kSynthMostGenres>, 3> odds_ = {};
  std::array<double, kSynthLastYear - kSynthFirstYear + 1> era_ = {}, era_offer_ = {};
};

// Standard deviation of the noise added to a score.
inline constexpr double kSynthNoise = 0.6;

}  // namespace shortlist
