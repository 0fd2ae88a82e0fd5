// A generated table with the shape of the reference notebook's: 305,358 ratings of 997 titles, 873 distinct
// (genre, type, Audience), and a popularity such that a batch of 2,000 contains about 764 titles and 690
// queries.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "shortlist/base/random.h"

namespace shortlist {

class ReferenceTable {
 public:
  static constexpr size_t kRows = 305'358, kTitles = 997;

  // Columns: name, genre, type, Feedback, Audience.
  static std::string csv() {
    const RandomStream draws(1, "rows"), ratings(1, "ratings");
    const std::vector<double> popularity = cumulative_popularity();
    std::vector<std::string> names(kTitles), contexts(kTitles);
    for (size_t i = 0; i < kTitles; ++i) names[i] = name(i), contexts[i] = genres(context_of(i));
    std::string text = "name,genre,type,Feedback,Audience\n";
    for (size_t r = 0; r < kRows; ++r) {
      const double at = draws.uniform(r) * popularity.back();
      const auto i = static_cast<size_t>(std::ranges::upper_bound(popularity, at) - popularity.begin());
      const size_t context = context_of(i);
      const double rating = 8 + std::sin(static_cast<double>(i)) + 1.3 * ratings.normal(r);
      text += fmt::format("{},\"{}\",type{},{},audience{}\n", names[i], contexts[i], context % 5,
                          std::lround(std::clamp(rating, 1.0, 10.0)), context % 3);
    }
    return text;
  }

 private:
  static std::vector<double> cumulative_popularity() {
    std::vector<double> sums;
    double sum = 0;
    for (size_t i = 0; i < kTitles; ++i) {
      sum += std::pow(static_cast<double>(i + 20), -0.7);
      sums.push_back(sum);
    }
    return sums;
  }

  // One title in eight has the genres, type and audience of the previous title.
  static size_t context_of(size_t title) { return title % 8 == 7 ? title - 1 : title; }

  static std::string name(size_t title) {
    const RandomStream words = RandomStream(1, "words").at(title);
    std::string text = fmt::format("Title{}", title);
    for (size_t w = 0; w < 1 + words.below(0, 5); ++w)
      text += fmt::format(" word{}", words.below(w + 1, 790));
    return text;
  }

  static std::string genres(size_t context) {
    const RandomStream draws = RandomStream(1, "genres").at(context);
    std::string text;
    for (size_t g = 0; g < 3 + draws.below(0, 4); ++g) {
      text += fmt::format("{}Genre{}", g == 0 ? "" : ", ", draws.below(g + 1, 42));
    }
    return text;
  }
};

}  // namespace shortlist
