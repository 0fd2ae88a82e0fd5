#include "shortlist/engine/synth_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// A user takes the last unrated item of so many offers when none was accepted.
constexpr int kMostOffers = 64;

constexpr int64_t kDay = 86'400;
constexpr int64_t kFirstDay = 16'436;  // 2015-01-01
constexpr int64_t kDays = 3'287;       // to the end of 2023
constexpr int64_t kUserDays = 365;     // a user's ratings lie within

// How busy a user is: 1 to 3.2, few are very busy.
double activity(RandomStream stream, size_t user) { return 1 / std::sqrt(0.1 + 0.9 * stream.uniform(user)); }

}  // namespace

SynthRows::SynthRows(const SynthTruth& truth)
    : truth_(truth),
      draws_(truth.options.seed, "synth.draw"),
      noise_(truth.options.seed, "synth.noise"),
      times_(truth.options.seed, "synth.time") {
  count_rows();
  std::vector<std::vector<uint32_t>> items(truth.options.genres);
  for (uint32_t i = 0; i < truth.items.size(); ++i) {
    for (int8_t g : truth.items[i].genres()) items[g].push_back(i);
  }
  for (std::vector<uint32_t>& of_genre : items) {
    std::vector<double> popularity;
    for (uint32_t i : of_genre) popularity.push_back(truth.items[i].popularity);
    AliasTable table(popularity);
    genres_.push_back({std::move(of_genre), std::move(table)});
  }
}

void SynthRows::count_rows() {
  const RandomStream stream(truth_.options.seed, "synth.activity");
  const size_t users = truth_.users.size();
  double total = 0, sum = 0;
  for (size_t u = 0; u < users; ++u) total += activity(stream, u);
  first_row_.assign(users + 1, 0);
  int64_t most = 0;
  for (size_t u = 0; u < users; ++u) {
    sum += activity(stream, u);
    first_row_[u + 1] = static_cast<int64_t>(static_cast<double>(truth_.options.rows) * (sum / total));
    most = std::max(most, first_row_[u + 1] - first_row_[u]);
  }
  SHORTLIST_CHECK(first_row_[users] == truth_.options.rows);
  if (most > truth_.options.items) {
    throw usage_error(
        "rows: got {} of {} users, the busiest of whom would rate {} of {} items; need more users or items",
        truth_.options.rows, users, most, truth_.options.items);
  }
}

uint32_t SynthRows::offer(const Scratch& scratch, double genre, double item) const {
  const auto& sums = scratch.offered;
  const size_t g = std::upper_bound(sums.begin(), sums.end() - 1, genre) - sums.begin();
  return genres_[g].items[genres_[g].popularity.draw(item)];
}

uint32_t SynthRows::draw_item(size_t user, RandomStream stream, const Scratch& scratch) const {
  const auto rated = [&](uint32_t item) { return scratch.rated_by[item] == user + 1; };
  uint32_t last = 0;
  for (uint64_t c = 0; c < 3 * kMostOffers; c += 3) {
    const uint32_t item = offer(scratch, stream.uniform(c), stream.uniform(c + 1));
    if (rated(item)) continue;
    last = item;
    if (stream.uniform(c + 2) < truth_.acceptance(user, item)) return item;
  }
  while (rated(last)) last = (last + 1) % truth_.items.size();
  return last;
}

SynthRow SynthRows::make_row(size_t user, int64_t row, uint32_t item) const {
  const double score = truth_.score(user, item) + kSynthNoise * noise_.normal(row);
  const RandomStream times = times_.at(user);
  const int64_t joined = (kFirstDay + static_cast<int64_t>(times.below(0, kDays - kUserDays))) * kDay;
  return {.user = static_cast<uint32_t>(user),
          .item = item,
          .rating = static_cast<int>(std::clamp(std::floor(score + 0.5), 1.0, 5.0)),
          .time = joined + static_cast<int64_t>(times.below(1 + row - first_row_[user], kUserDays * kDay))};
}

void SynthRows::append(size_t user, Scratch& scratch, std::vector<SynthRow>& rows) const {
  scratch.rated_by.resize(truth_.items.size());
  scratch.offered = offer_weights(truth_.taste(user));
  std::partial_sum(scratch.offered.begin(), scratch.offered.end(), scratch.offered.begin());
  for (int64_t row = first_row_[user]; row < first_row_[user + 1]; ++row) {
    const uint32_t item = draw_item(user, draws_.at(row), scratch);
    scratch.rated_by[item] = static_cast<uint32_t>(user) + 1;
    rows.push_back(make_row(user, row, item));
  }
}

}  // namespace shortlist
