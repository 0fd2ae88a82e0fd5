#include "shortlist/synth/truth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_set>

#include "shortlist/base/error.h"
#include "shortlist/base/random.h"
#include "shortlist/synth/titles.h"

namespace shortlist {
namespace {

void check_range(const char* name, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return;
  throw usage_error("{}: got {}, need {} to {}", name, value, least, most);
}

// One entry of a matrix of normals for groups of users: [groups, genres].
double group_taste(RandomStream stream, int group, int genres, int genre) {
  return stream.normal(static_cast<uint64_t>(group) * genres + genre);
}

SynthUser make_user(RandomStream stream) {
  SynthUser user;
  user.country = static_cast<int>(stream.below(0, synth_country_names().size()));
  user.age_group = static_cast<int>(stream.below(1, synth_age_group_names().size()));
  user.bias = static_cast<float>(0.3 * stream.normal(1));
  // From the youngest age group to the oldest.
  constexpr double kEra[] = {2020, 2014, 2006, 1997, 1986};
  user.era = static_cast<float>(kEra[user.age_group] + 4 * stream.normal(2));
  return user;
}

void add_users(SynthTruth& truth) {
  const RandomStream seed(truth.options.seed, "synth.user");
  const RandomStream country(truth.options.seed, "synth.country"), age(truth.options.seed, "synth.age");
  const int genres = truth.options.genres;
  truth.users.reserve(truth.options.users);
  truth.tastes.reserve(truth.options.users * genres);
  for (int64_t u = 0; u < truth.options.users; ++u) {
    const RandomStream stream = seed.at(u);
    const SynthUser& user = truth.users.emplace_back(make_user(stream));
    for (int g = 0; g < genres; ++g) {
      // The variances add up to 1.
      truth.tastes.push_back(static_cast<float>(0.5 * group_taste(country, user.country, genres, g) +
                                                0.5 * group_taste(age, user.age_group, genres, g) +
                                                std::sqrt(0.5) * stream.normal(8 + g)));
    }
  }
}

// The first genre is assigned in turn, so that each genre has items; one or two others are added at random.
void add_genres(SynthItem& item, RandomStream stream, size_t index, int genres) {
  item.genre[0] = static_cast<int8_t>(index % genres);
  item.genre_count = 1;
  const double more = stream.uniform(0);
  const int count = std::min(genres, more < 0.3 ? 1 : more < 0.75 ? 2 : 3);
  for (uint64_t draw = 1; item.genre_count < count; ++draw) {
    const auto genre = static_cast<int8_t>(stream.below(draw, genres));
    const auto has = item.genres();
    if (std::find(has.begin(), has.end(), genre) == has.end()) item.genre[item.genre_count++] = genre;
  }
}

std::string unique_title(RandomStream stream, const SynthItem& item, int genres,
                         std::unordered_set<std::string>& taken) {
  for (int attempt = 0;; ++attempt) {
    std::string title = synth_title(stream, item.genre[0], genres, attempt);
    if (taken.insert(title).second) return title;
  }
}

// A mild Zipf-like distribution, as in a catalogue without blockbusters: share ~ (rank + 5)^-0.4, with ranks
// in random order.
void add_popularity(SynthTruth& truth) {
  std::vector<uint32_t> order(truth.items.size());
  std::iota(order.begin(), order.end(), 0);
  RandomStream(truth.options.seed, "synth.popularity").shuffle(std::span(order));
  double sum = 0;
  for (size_t rank = 0; rank < order.size(); ++rank) sum += std::pow(rank + 5.0, -0.4);
  for (size_t rank = 0; rank < order.size(); ++rank) {
    truth.items[order[rank]].popularity = static_cast<float>(std::pow(rank + 5.0, -0.4) / sum);
  }
}

void add_items(SynthTruth& truth) {
  const RandomStream seed(truth.options.seed, "synth.item"), titles(truth.options.seed, "synth.title");
  std::unordered_set<std::string> taken;
  truth.items.resize(truth.options.items);
  for (size_t i = 0; i < truth.items.size(); ++i) {
    SynthItem& item = truth.items[i];
    const RandomStream stream = seed.at(i);
    item.quality = static_cast<float>(0.4 * stream.normal(0));
    item.year = kSynthFirstYear + static_cast<int>(stream.below(2, kSynthLastYear - kSynthFirstYear + 1));
    add_genres(item, stream.at(0), i, truth.options.genres);
    item.title = unique_title(titles.at(i), item, truth.options.genres, taken);
  }
  add_popularity(truth);
}

}  // namespace

SynthOptions complete(SynthOptions options) {
  check_range("rows", options.rows, 1, 1'000'000'000);
  check_range("genres", options.genres, 2, kSynthMostGenres);
  if (options.users == 0) options.users = std::clamp<int64_t>(options.rows / 50, 50, 1'000'000);
  if (options.items == 0) options.items = std::clamp<int64_t>(options.rows / 100, 200, 100'000);
  check_range("users", options.users, 1, 10'000'000);
  check_range("items", options.items, options.genres, 1'000'000);
  return options;
}

std::string SynthItem::genres_text() const {
  std::string text;
  for (int8_t g : genres()) text.append(text.empty() ? "" : ", ").append(synth_genre_names()[g]);
  return text;
}

std::string synth_user_id(size_t user) { return fmt::format("u{:06}", user); }

SynthTruth synth_truth(const SynthOptions& options) {
  SynthTruth truth;
  truth.options = complete(options);
  add_users(truth);
  add_items(truth);
  return truth;
}

}  // namespace shortlist
