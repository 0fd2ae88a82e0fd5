// One user of the synthetic table, ready to be asked about many items: all formulas of the planted taste.
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
  // How near the item's year is to the user's era, in (0, 1].
  double era_match(const SynthItem& item) const { return era_[item.year - kSynthFirstYear]; }

  // An item is drawn so: a genre and a year by offer(), among its items one by popularity, and that is taken
  // with the chance acceptance(), else all again.
  double offer(int genre, int year) const { return offer_[genre] * era_offer_[year - kSynthFirstYear]; }
  double acceptance(const SynthItem& item) const;

  // A rating is the score with noise, rounded and kept within 1 to 5; its mean is what predicts best.
  double score(const SynthItem& item) const;
  double expected_rating(const SynthItem& item) const;
  // In proportion to the chance that a draw shows each item, [items]: what ranks best.
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

// Deviation of the noise on a score.
inline constexpr double kSynthNoise = 0.6;

}  // namespace shortlist
