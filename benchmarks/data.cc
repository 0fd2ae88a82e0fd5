// Promise: ten million rows are encoded as training rows at 2 million rows per second from Parquet and at one
// million from CSV, with memory of at most 1.5 times the encoded bytes.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

#include "benchmarks/memory.h"
#include "benchmarks/statistics.h"
#include "shortlist/base/error.h"
#include "shortlist/config/config.h"
#include "shortlist/config/read_config.h"
#include "shortlist/config/resolve.h"
#include "shortlist/io/file.h"
#include "shortlist/table/table_writer.h"
#include "shortlist/testing/temporary_folder.h"
#include "shortlist/train/dataset.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

using Clock = std::chrono::steady_clock;

// Ratings of 10,000 titles by 70,000 users with hardly any duplicate pair, like a typical interaction table.
std::string ratings_sql(uint64_t rows) {
  return fmt::format(
      "SELECT 'user' || (hash(i) % 70000) AS user, title, 'genre' || hash(title) % 20 AS genre, rating, time "
      "FROM (SELECT i, (hash(7 * i) % 10000) * (hash(11 * i) % 10000) // 10000 AS title, "
      "(1 + hash(3 * i) % 10) / 2.0 AS rating, 1000000000 + i AS time FROM range({}) rows(i))",
      rows);
}

Config ratings_config(const TemporaryFolder& folder) {
  const std::string path = folder / "ratings.toml";
  write_file_atomically(path, R"(
[data]
split = { train = 0.8, validation = 0.1, test = 0.1, seed = 42 }
user  = "user"
[features]
user  = { kind = "category", dim = 16 }
title = { kind = "category", dim = 16 }
genre = { kind = "category", dim = 16 }
[query]
features = ["user"]
[items]
id       = "title"
features = ["title", "genre"]
[retrieval]
[[ranking]]
label  = "rating"
layers = [{ mlp = [32] }]
)");
  return load_config(path);
}

double encoded_bytes(const EncodedRows& rows) {
  double bytes = 0;
  for (const EncodedColumn& column : rows.columns)
    bytes += 4.0 * static_cast<double>(column.ids.size() + column.offsets.size() + column.values.size());
  return bytes;
}

// The data that training reads: distinct rows and pairs and, for each row, its pair, its labels and its
// position in the split.
double encoded_bytes(const Dataset& data) {
  const size_t numbers = data.query_of_row.size() + data.candidate_of_row.size() + data.pair_query.size() +
                         data.pair_candidate.size() + data.pair_of_row.size() + data.user_of_row.size() +
                         data.weights.size() + data.labels.size() * data.rows + data.split.train.size() +
                         data.split.validation.size() + data.split.test.size();
  return 4.0 * static_cast<double>(numbers) + encoded_bytes(data.queries) + encoded_bytes(data.candidates);
}

nlohmann::json measure(const std::string& path, const Config& config, int rounds) {
  std::vector<double> rates, ratios;
  double encoded = 0;
  for (int r = 0; r < rounds; ++r) {
    forget_peak();
    const double before = peak_bytes();
    const auto start = Clock::now();
    const PreparedData prepared = prepare_data(resolve_data(config), Table::open({.path = path}));
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    encoded = encoded_bytes(prepared.data);
    rates.push_back(static_cast<double>(prepared.data.rows) / seconds);
    ratios.push_back((peak_bytes() - before) / encoded);
  }
  return {{"format", path.substr(path.rfind('.') + 1)},
          {"rows_a_second", median(rates)},
          {"encoded_bytes", encoded},
          {"memory_times_encoded", median(ratios)}};
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  using namespace shortlist;
  uint64_t rows = 10'000'000;
  int rounds = 3;
  bool json = false;
  CLI::App app("Times the way from a table to encoded rows");
  app.add_option("--rows", rows);
  app.add_option("--rounds", rounds);
  app.add_flag("--json", json);
  CLI11_PARSE(app, argc, argv);
  try {
    const TemporaryFolder folder;
    nlohmann::json result = {{"benchmark", "data"}, {"rows", rows}, {"runs", nlohmann::json::array()}};
    for (const char* format : {"parquet", "csv"}) {
      const std::string path = folder / (std::string("ratings.") + format);
      write_table(Table::open({.sql = ratings_sql(rows)}), path);
      result["runs"].push_back(measure(path, ratings_config(folder), rounds));
      if (json) continue;
      const auto& run = result["runs"].back();
      fmt::print("{:>8}: {:.2f} M rows/s, memory {:.2f} times the encoded bytes ({:.1f} a row)\n", format,
                 run["rows_a_second"].get<double>() / 1e6, run["memory_times_encoded"].get<double>(),
                 run["encoded_bytes"].get<double>() / static_cast<double>(rows));
    }
    if (json) fmt::print("{}\n", result.dump(2));
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
