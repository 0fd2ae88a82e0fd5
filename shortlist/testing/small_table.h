// For tests only: a small table of ratings with a known pattern of taste, and a config for it.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/config/config.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/file.h"
#include "shortlist/io/toml.h"
#include "shortlist/table/table.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {

// 14 users from 3 countries rate 30 movies of 4 genres; the users of a country like one genre best. Columns:
// user, country, movie, genre ("Drama, Crime"), year, rating.
inline std::string tiny_ratings(size_t rows = 240) {
  constexpr const char* kCountries[] = {"Norway", "Peru", "Japan"};
  constexpr const char* kGenres[] = {"Drama", "Crime", "Comedy", "War"};
  std::string csv = "user,country,movie,genre,year,rating\n";
  const RandomStream draws(7, "tiny");
  for (size_t r = 0; r < rows; ++r) {
    const uint64_t user = draws.below(2 * r, 14), movie = draws.below(2 * r + 1, 30);
    const uint64_t country = user % 3, genre = movie % 4;
    const double rating = 2 + (country == genre ? 2 : 0) + static_cast<double>(user % 2) + 0.5 * (movie % 3);
    csv += fmt::format("u{:02},{},m{:02},\"{}, {}\",{},{}\n", user, kCountries[country], movie,
                       kGenres[genre], kGenres[(movie / 4) % 4], 1990 + movie, rating);
  }
  return csv;
}

inline constexpr const char* kTinyConfig = R"([data]
table = "TABLE"
split = { train = 0.8, validation = 0.1, test = 0.1 }
user  = "user"

[features]
user    = { kind = "category", dim = 6 }
country = { kind = "category", dim = 4 }
movie   = { kind = "category", dim = 6 }
genre   = { kind = "categories", dim = 4 }

[query]
features = ["user", "country"]
layers   = [{ dense = 8 }]

[items]
id         = "movie"
features   = ["movie", "genre"]
layers     = [{ dense = 8 }]
attributes = ["genre", "year"]

[retrieval]
reduction = "mean"
top_k     = [1, 5]

[[ranking]]
label  = "rating"
layers = [{ cross = "full" }, { dense = 16, activation = "relu" }, { batch_norm = true }, { dropout = 0.2 }]

[training]
epochs    = 4
batch     = 50
optimizer = { adam = 0.01 }
)";

// Texts of the config and their replacements.
using Changes = std::vector<std::pair<std::string, std::string>>;

inline std::string replaced(std::string text, const Changes& changes) {
  for (const auto& [from, to] : changes) {
    const size_t at = text.find(from);
    SHORTLIST_CHECK(at != std::string::npos);
    text.replace(at, from.size(), to);
  }
  return text;
}

// A folder with the table, for configs to read.
class TinyTable {
 public:
  explicit TinyTable(const std::string& csv = tiny_ratings()) { write_file_atomically(path(), csv); }

  std::string path() const { return folder_ / "ratings.csv"; }
  const TemporaryFolder& folder() const { return folder_; }
  Table open() const { return Table::open({.path = path()}); }
  Config config(const Changes& changes = {}) const {
    const std::string toml = replaced(replaced(kTinyConfig, changes), {{"TABLE", path()}});
    return read_config(parse_toml(toml, "tiny.toml"), "tiny.toml");
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace shortlist
