#include "shortlist/synth/taste.h"

#include <cmath>
#include <numbers>

namespace shortlist {

SynthTaste::SynthTaste(const SynthTruth& truth, size_t user)
    : truth_(truth), taste_(truth.taste(user)), bias_(truth.users[user].bias) {
  for (size_t g = 0; g < taste_.size(); ++g) {
    offer_[g] = std::exp(1.2 * taste_[g]);
    odds_[0][g] = std::exp(-2.5 * taste_[g]);
    odds_[1][g] = std::sqrt(odds_[0][g]);
    odds_[2][g] = std::cbrt(odds_[0][g]);
  }
  for (size_t y = 0; y < era_.size(); ++y) {
    const double distance = (kSynthFirstYear + static_cast<double>(y) - truth.users[user].era) / 6;
    era_[y] = std::exp(-0.5 * distance * distance);
    era_offer_[y] = 0.02 + 0.98 * era_[y];
  }
}

double SynthTaste::genre_match(const SynthItem& item) const {
  double sum = 0;
  for (int8_t g : item.genres()) sum += taste_[g];
  return sum / item.genre_count;
}

// sigmoid(2.5 genre_match - 2)
double SynthTaste::acceptance(const SynthItem& item) const {
  double odds = std::numbers::e * std::numbers::e;
  for (int8_t g : item.genres()) odds *= odds_[item.genre_count - 1][g];
  return 1 / (1 + odds);
}

double SynthTaste::score(const SynthItem& item) const {
  return 2.7 + bias_ + item.quality + 0.6 * genre_match(item) + 0.8 * (era_match(item) - 0.5);
}

double SynthTaste::expected_rating(const SynthItem& item) const {
  const double mean = score(item);
  double rating = 1;
  // Adds the probability that the rounded score is above k.
  for (int k = 1; k < 5; ++k) {
    rating += 0.5 * std::erfc((k + 0.5 - mean) / (kSynthNoise * std::numbers::sqrt2));
  }
  return rating;
}

std::vector<double> SynthTaste::appeal() const {
  std::vector<double> genre_popularity(taste_.size()), appeal;
  for (const SynthItem& item : truth_.items) {
    for (int8_t g : item.genres()) genre_popularity[g] += item.popularity;
  }
  for (const SynthItem& item : truth_.items) {
    double offered = 0;
    for (int8_t g : item.genres()) offered += offer(g, item.year) / genre_popularity[g];
    appeal.push_back(item.popularity * offered * acceptance(item));
  }
  return appeal;
}

}  // namespace shortlist
