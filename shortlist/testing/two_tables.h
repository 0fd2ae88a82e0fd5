// For tests only: the small table's ratings with separate tables for movies and users.
#pragma once

#include <fmt/format.h>

#include <string>

#include "shortlist/testing/small_table.h"

namespace shortlist {

// The ratings of tiny_ratings() with only `movie` and `user` as movie and user columns, the movies with their
// genres and years in id order, and the users with their countries.
struct TwoTables {
  explicit TwoTables(const std::string& more_movies = "", const std::string& more_users = "",
                     const std::string& more_ratings = "") {
    constexpr const char* kCountries[] = {"Norway", "Peru", "Japan"};
    constexpr const char* kGenres[] = {"Drama", "Crime", "Comedy", "War"};
    std::string ratings = "user,movie,rating\n", movies = "movie,genre,year\n", users = "id,country\n";
    const RandomStream draws(7, "tiny");
    for (size_t r = 0; r < 240; ++r) {
      const uint64_t user = draws.below(2 * r, 14), movie = draws.below(2 * r + 1, 30);
      ratings += fmt::format(
          "u{:02},m{:02},{}\n", user, movie,
          2 + (user % 3 == movie % 4 ? 2 : 0) + static_cast<double>(user % 2) + 0.5 * (movie % 3));
    }
    for (size_t m = 0; m < 30; ++m)
      movies += fmt::format("m{:02},\"{}, {}\",{}\n", m, kGenres[m % 4], kGenres[(m / 4) % 4], 1990 + m);
    for (size_t u = 0; u < 14; ++u) users += fmt::format("u{:02},{}\n", u, kCountries[u % 3]);
    write_file_atomically(folder / "ratings.csv", ratings + more_ratings);
    write_file_atomically(folder / "movies.csv", movies + more_movies);
    write_file_atomically(folder / "users.csv", users + more_users);
  }

  std::string path(const std::string& name) const { return folder / name; }
  Table open() const { return Table::open({.path = path("ratings.csv")}); }
  Config config(const Changes& changes = {}) const {
    const std::string items = fmt::format("[items]\ntable = \"{}\"\n", path("movies.csv")),
                      users = fmt::format("[users]\ntable = \"{}\"\nkey = \"id\"\n\n", path("users.csv"));
    const std::string toml = replaced(replaced(kTinyConfig, {{"TABLE", path("ratings.csv")},
                                                             {"[features]\n", users + "[features]\n"},
                                                             {"[items]\n", items}}),
                                      changes);
    return read_config(parse_toml(toml, "tiny.toml"), "tiny.toml");
  }

  TemporaryFolder folder;
};

}  // namespace shortlist
