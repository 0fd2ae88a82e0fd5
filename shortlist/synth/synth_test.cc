#include "shortlist/synth/synth.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <set>
#include <unordered_map>

#include "shortlist/features/cell.h"
#include "shortlist/features/time_form.h"
#include "shortlist/io/file.h"
#include "shortlist/synth/taste.h"
#include "shortlist/synth/titles.h"
#include "shortlist/table/table.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

const SynthOptions kSmall = {.rows = 20'000, .users = 400, .items = 300, .seed = 7};

struct Row {
  uint32_t user, item;
  std::string country, genres;
  int64_t year, rating;
  double time;
  bool operator==(const Row&) const = default;
};

std::vector<Row> read_rows(const std::string& path, const SynthTruth& truth) {
  std::unordered_map<std::string, uint32_t> item_of_title;
  for (const SynthItem& item : truth.items) item_of_title.emplace(item.title, item_of_title.size());
  const std::vector<std::string> names = {"user", "title", "country", "genres", "year", "rating", "time"};
  std::vector<Row> rows;
  const auto number = [](const Column& column, size_t row) {
    double value = NAN;
    EXPECT_TRUE(read_number_cell(column, row, value));
    return static_cast<int64_t>(value);
  };
  Table::open({.path = path}).read(names, [&](const Chunk& chunk) {
    const auto& c = chunk.columns;
    for (size_t r = 0; r < chunk.rows; ++r) {
      double time = NAN;
      EXPECT_TRUE(read_time(c[6], r, {}, time));
      rows.push_back({static_cast<uint32_t>(std::stoul(std::string(c[0].texts[r].substr(1)))),
                      item_of_title.at(std::string(c[1].texts[r])), std::string(c[2].texts[r]),
                      std::string(c[3].texts[r]), number(c[4], r), number(c[5], r), time});
    }
  });
  return rows;
}

std::string bytes_written(const SynthOptions& options, const char* name, int threads) {
  TemporaryFolder folder;
  write_synth(options, folder / name, {}, threads);
  return read_file(folder / name) + read_file(synth_truth_path(folder / name));
}

double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    sx += x[i], sy += y[i], sxx += x[i] * x[i], syy += y[i] * y[i], sxy += x[i] * y[i];
  }
  const auto n = static_cast<double>(x.size());
  return (n * sxy - sx * sy) / std::sqrt((n * sxx - sx * sx) * (n * syy - sy * sy));
}

TEST(Synth, WritesTheSameBytesWithAnyThreads) {
  const SynthOptions options = {.rows = 60'000, .seed = 3};
  const std::string one = bytes_written(options, "a.csv", 1);
  EXPECT_EQ(one, bytes_written(options, "a.csv", 1));
  EXPECT_EQ(one, bytes_written(options, "a.csv", 3));
  EXPECT_NE(one, bytes_written({.rows = 60'000, .seed = 4}, "a.csv", 1));
}

TEST(Synth, WritesTheColumnsAndRows) {
  TemporaryFolder folder;
  write_synth(kSmall, folder / "a.parquet");
  const Table table = Table::open({.path = folder / "a.parquet"});
  std::string columns;
  for (const ColumnInfo& column : table.columns()) columns += column.name + " " + column.sql_type + "; ";
  EXPECT_EQ(columns,
            "user VARCHAR; country VARCHAR; age_group VARCHAR; title VARCHAR; genres VARCHAR; year BIGINT; "
            "rating BIGINT; time TIMESTAMP; ");
  EXPECT_EQ(table.rows(), 20'000u);
}

TEST(Synth, SaysTheSameInCsvAndParquet) {
  TemporaryFolder folder;
  write_synth(kSmall, folder / "a.csv");
  write_synth(kSmall, folder / "a.parquet");
  const SynthTruth truth = synth_truth(kSmall);
  EXPECT_TRUE(read_rows(folder / "a.csv", truth) == read_rows(folder / "a.parquet", truth));
}

TEST(Synth, ShowsUsersAndItemsAsTheTruthSays) {
  TemporaryFolder folder;
  write_synth(kSmall, folder / "a.csv");
  const SynthTruth truth = synth_truth(read_synth_truth(folder / "a.csv.truth.json").options);
  std::set<std::pair<uint32_t, uint32_t>> pairs;
  for (const Row& row : read_rows(folder / "a.csv", truth)) {
    EXPECT_EQ(row.country, synth_country_names()[truth.users.at(row.user).country]);
    EXPECT_EQ(row.genres, truth.items[row.item].genres_text());
    EXPECT_EQ(row.year, truth.items[row.item].year);
    EXPECT_TRUE(row.rating >= 1 && row.rating <= 5);
    EXPECT_TRUE(pairs.emplace(row.user, row.item).second) << "rated twice";
  }
}

TEST(Synth, RatesAsPlanted) {
  TemporaryFolder folder;
  write_synth(kSmall, folder / "a.csv");
  const SynthTruth truth = synth_truth(kSmall);
  std::vector<double> rating, expected, match;
  double squares = 0;
  for (const Row& row : read_rows(folder / "a.csv", truth)) {
    const SynthTaste taste(truth, row.user);
    rating.push_back(static_cast<double>(row.rating));
    expected.push_back(taste.expected_rating(truth.items[row.item]));
    match.push_back(taste.genre_match(truth.items[row.item]));
    squares += std::pow(rating.back() - expected.back(), 2);
  }
  const SynthStatistics figures = read_synth_truth(folder / "a.csv.truth.json").figures;
  EXPECT_EQ(figures.rows, 20'000);
  EXPECT_NEAR(figures.best_rmse, std::sqrt(squares / 20'000), 1e-9);
  EXPECT_NEAR(figures.best_rmse, 0.66, 0.02);  // noise 0.6, plus a variance of 1/12 from rounding
  EXPECT_GT(figures.deviation, 1.3 * figures.best_rmse);
  EXPECT_GT(correlation(rating, expected), 0.6);
  EXPECT_GT(correlation(rating, match), 0.2);
}

// The items that users choose rank high in the planted order; popularity alone ranks them lower.
TEST(Synth, ShowsWhatUsersLike) {
  TemporaryFolder folder;
  write_synth(kSmall, folder / "a.csv");
  const SynthTruth truth = synth_truth(kSmall);
  std::vector<std::vector<double>> appeal;
  for (size_t u = 0; u < truth.users.size(); ++u) appeal.push_back(SynthTaste(truth, u).appeal());
  double rank = 0, popularity_rank = 0;
  for (const Row& row : read_rows(folder / "a.csv", truth)) {
    for (size_t i = 0; i < truth.items.size(); ++i) {
      rank += appeal[row.user][i] > appeal[row.user][row.item];
      popularity_rank += truth.items[i].popularity > truth.items[row.item].popularity;
    }
  }
  EXPECT_LT(rank, 0.5 * popularity_rank);
}

TEST(Synth, LeavesNothingBehindWhenStopped) {
  TemporaryFolder folder;
  const auto stop = [](int64_t, int64_t) { throw Error(ErrorKind::interrupted, "stopped"); };
  EXPECT_EQ(message_of([&] { write_synth(kSmall, folder / "a.csv", stop); }), "stopped");
  EXPECT_EQ(folder.count(), 0u);
}

TEST(Synth, CountsUpToAllRows) {
  TemporaryFolder folder;
  int64_t last = 0;
  write_synth(kSmall, folder / "a.csv", [&](int64_t done, int64_t rows) {
    EXPECT_GT(done, last);
    EXPECT_EQ(rows, 20'000);
    last = done;
  });
  EXPECT_EQ(last, 20'000);
}

TEST(Synth, RejectsUsersWhoWouldRateMoreThanThereIs) {
  TemporaryFolder folder;
  const SynthOptions options = {.rows = 1'000, .users = 2, .items = 300};
  EXPECT_EQ(message_of([&] { write_synth(options, folder / "a.csv"); }).substr(0, 44),
            "rows: got 1000 for 2 users, but the busiest ");
  EXPECT_EQ(folder.count(), 0u);
}

TEST(Synth, RejectsOtherFilesAsTruth) {
  TemporaryFolder folder;
  for (const char* text : {"{}", "[]", "{\"format\": 3}"}) {
    write_file_atomically(folder / "a.json", std::string_view(text));
    EXPECT_EQ(message_of([&] { read_synth_truth(folder / "a.json"); }),
              folder / "a.json" + ": not the truth of a synthetic table");
  }
}

TEST(Synth, WritesShardsOfTheSameRows) {
  TemporaryFolder folder;
  write_synth(kSmall, folder / "one.parquet");
  write_synth_shards(kSmall, folder / "many", 7'000);
  const SynthTruth truth = synth_truth(kSmall);
  EXPECT_EQ(read_rows(folder / "many", truth), read_rows(folder / "one.parquet", truth));
  EXPECT_EQ(Table::open({.path = folder / "many/part-00002.parquet"}).rows(), 6'000u);
  EXPECT_FALSE(std::filesystem::exists(folder / "many/part-00003.parquet"));
  EXPECT_EQ(read_file(synth_truth_path(folder / "many")),
            read_file(synth_truth_path(folder / "one.parquet")));
  EXPECT_THROW(write_synth_shards(kSmall, folder / "many", 7'000), Error);
}

}  // namespace
}  // namespace shortlist
