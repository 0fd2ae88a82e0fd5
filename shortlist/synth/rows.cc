#include "shortlist/synth/rows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// After this many rejected offers, a user takes the last unrated item offered.
constexpr int kMostOffers = 64;

constexpr int64_t kDay = 86'400;
constexpr int64_t kFirstDay = 16'436;  // 2015-01-01
constexpr int64_t kDays = 3'287;       // to the end of 2023
constexpr int64_t kUserDays = 365;     // length of the period that contains all of a user's ratings

// A user's activity, from 1 to 3.2; few users are very active.
double activity(RandomStream stream, size_t user) { return 1 / std::sqrt(0.1 + 0.9 * stream.uniform(user)); }

}  // namespace

SynthRows::SynthRows(const SynthTruth& truth)
    : truth_(truth),
      draws_(truth.options.seed, "synth.draw"),
      noise_(truth.options.seed, "synth.noise"),
      times_(truth.options.seed, "synth.time") {
  count_rows();
  for (int g = 0; g < truth.options.genres; ++g) add_cells(g);
}

void SynthRows::add_cells(int genre) {
  std::map<int, std::vector<uint32_t>> items_of_year;
  double total = 0;
  for (uint32_t i = 0; i < truth_.items.size(); ++i) {
    const auto genres = truth_.items[i].genres();
    if (std::find(genres.begin(), genres.end(), genre) == genres.end()) continue;
    items_of_year[truth_.items[i].year].push_back(i);
    total += truth_.items[i].popularity;
  }
  for (auto& [year, items] : items_of_year) {
    std::vector<double> popularity;
    for (uint32_t i : items) popularity.push_back(truth_.items[i].popularity);
    const double share = std::accumulate(popularity.begin(), popularity.end(), 0.0) / total;
    cells_.push_back({genre, year, share, std::move(items), AliasTable(popularity)});
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
        "rows: got {} for {} users, but the busiest would rate {} of {} items; need more users or items",
        truth_.options.rows, users, most, truth_.options.items);
  }
}

uint32_t SynthRows::draw_item(const SynthTaste& taste, size_t user, RandomStream stream,
                              const Scratch& scratch) const {
  const auto rated = [&](uint32_t item) { return scratch.rated_by[item] == user + 1; };
  const std::vector<double>& offered = scratch.offered;
  uint32_t last = 0;
  for (uint64_t c = 0; c < 3 * kMostOffers; c += 3) {
    const auto at = std::upper_bound(offered.begin(), offered.end() - 1, stream.uniform(c) * offered.back());
    const Cell& cell = cells_[at - offered.begin()];
    const uint32_t item = cell.items[cell.popularity.draw(stream.uniform(c + 1))];
    if (rated(item)) continue;
    last = item;
    if (stream.uniform(c + 2) < taste.acceptance(truth_.items[item])) return item;
  }
  while (rated(last)) last = (last + 1) % truth_.items.size();
  return last;
}

int64_t SynthRows::draw_time(size_t user, int64_t row) const {
  const RandomStream times = times_.at(user);
  const int64_t joined = kFirstDay + static_cast<int64_t>(times.below(0, kDays - kUserDays));
  return joined * kDay + static_cast<int64_t>(times.below(1 + row - first_row_[user], kUserDays * kDay));
}

void SynthRows::append(size_t user, Scratch& scratch, std::vector<SynthRow>& rows) const {
  const SynthTaste taste(truth_, user);
  scratch.rated_by.resize(truth_.items.size());
  scratch.offered.clear();
  double sum = 0;
  for (const Cell& cell : cells_) {
    scratch.offered.push_back(sum += taste.offer(cell.genre, cell.year) * cell.share);
  }
  for (int64_t row = first_row_[user]; row < first_row_[user + 1]; ++row) {
    const uint32_t index = draw_item(taste, user, draws_.at(row), scratch);
    scratch.rated_by[index] = static_cast<uint32_t>(user) + 1;
    const SynthItem& item = truth_.items[index];
    const double score = taste.score(item) + kSynthNoise * noise_.normal(row);
    rows.push_back({.user = static_cast<uint32_t>(user),
                    .item = index,
                    .rating = static_cast<int>(std::clamp(std::floor(score + 0.5), 1.0, 5.0)),
                    .time = draw_time(user, row),
                    .expected_rating = taste.expected_rating(item)});
  }
}

}  // namespace shortlist
