// What is planted in the synthetic table: its users, its items, and who likes what. All of it is a pure
// function of the options.
//
// A user's taste for a genre is the sum of a country, an age group and a personal part; their era, the years
// whose items they like, depends on their age group. synth/taste.h defines how tastes become rows.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace shortlist {

struct SynthOptions {
  int64_t rows = 100'000;
  int64_t users = 0, items = 0;
  int64_t seed = 42;
  int genres = 12;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("rows", rows, "Number of ratings");
    visit("users", users, "Number of users. 0 means one per 50 rows, 50 to 1,000,000.");
    visit("items", items, "Number of items. 0 means one per 100 rows, 200 to 100,000.");
    visit("seed", seed, "Seed of all random numbers. The same options and seed give the same bytes.");
    visit("genres", genres, "Number of genres, of which each user likes some: 2 to 16");
  }
};

inline constexpr int kSynthMostGenres = 16;
inline constexpr int kSynthFirstYear = 1980, kSynthLastYear = 2023;  // of items

// The options with defaults filled in. Throws a usage Error for options out of range.
SynthOptions complete(SynthOptions options);

struct SynthUser {
  int country = 0, age_group = 0;  // into synth_country_names() and synth_age_group_names()
  float bias = 0;                  // added to each of their ratings
  float era = 0;                   // the year that they like best
};

struct SynthItem {
  std::string title;  // unique
  std::array<int8_t, 3> genre = {};
  int genre_count = 0;  // 1 to 3
  int year = 0;
  float quality = 0;     // added to each of its ratings
  float popularity = 0;  // its share of draws, before taste

  std::span<const int8_t> genres() const { return {genre.data(), static_cast<size_t>(genre_count)}; }
  std::string genres_text() const;  // "Crime, Drama"
};

std::string synth_user_id(size_t user);  // "u000123"

struct SynthTruth {
  SynthOptions options;  // with defaults filled in
  std::vector<SynthUser> users;
  std::vector<SynthItem> items;
  std::vector<float> tastes;  // [users, genres], approximately standard normal

  std::span<const float> taste(size_t user) const {
    return {tastes.data() + user * options.genres, static_cast<size_t>(options.genres)};
  }
};

SynthTruth synth_truth(const SynthOptions& options);

}  // namespace shortlist
