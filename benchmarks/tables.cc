// Promise: the cost of a step over an embedding table depends on the rows that it touches, not on the size of
// the table: 50 million rows x 16 train about as fast as 50 thousand.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "benchmarks/statistics.h"
#include "benchmarks/training_run.h"
#include "shortlist/config/read_config.h"
#include "shortlist/config/resolve.h"
#include "shortlist/io/file.h"
#include "shortlist/testing/temporary_folder.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

constexpr int kBatch = 2048, kBatches = 30;

Config config_of(const TemporaryFolder& folder, int64_t rows, const std::string& optimizer) {
  const std::string path = folder / "tables.toml";
  write_file_atomically(path, fmt::format(R"([data]
split = {{ train = {}, validation = 2, test = 2, seed = 1 }}
[features]
user = {{ kind = "hashed", buckets = {}, dim = 16 }}
item = {{ kind = "hashed", buckets = 1000, dim = 16 }}
[query]
features = ["user"]
[items]
id       = "item"
features = ["item"]
[[ranking]]
label  = "rating"
layers = [{{ mlp = [32] }}]
[training]
epochs    = 1_000_000
batch     = {}
optimizer = {}
)",
                                          kBatches * kBatch, rows, kBatch, optimizer));
  Config config = load_config(path);
  // Hardly any user occurs twice.
  config.data.sql = fmt::format(
      "SELECT (hash(i) % 1000000007)::BIGINT AS user, (hash(i) % 1000)::INTEGER AS item, (hash(i) % "
      "10)::INTEGER / 2.0 AS rating FROM range({}) rows(i)",
      kBatches * kBatch + 4);
  return config;
}

nlohmann::json measure(int64_t rows, const std::string& optimizer, int threads, int rounds) {
  const TemporaryFolder folder;
  const Config config = config_of(folder, rows, optimizer);
  const PreparedData prepared = prepare_data(resolve_data(config), Table::open(config.data.source()));
  Run run(config, prepared, threads);
  run.round(kBatches);  // warm-up
  std::vector<double> times;
  for (int r = 0; r < rounds; ++r) {
    const std::vector<double> round = run.round(kBatches).times;
    times.insert(times.end(), round.begin(), round.end());
  }
  return {{"rows", rows}, {"optimizer", optimizer}, {"ms", median(times)}, {"ms_min", least(times)}};
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  using namespace shortlist;
  int64_t most = 50'000'000;
  int threads = 2, rounds = 3;
  bool json = false;
  CLI::App app("Times training steps over embedding tables of more and more rows");
  app.add_option("--rows", most, "of the largest table: 50 million need 7 GB");
  app.add_option("--threads", threads);
  app.add_option("--rounds", rounds);
  app.add_flag("--json", json);
  CLI11_PARSE(app, argc, argv);
  try {
    nlohmann::json result = {
        {"benchmark", "tables"}, {"threads", threads}, {"runs", nlohmann::json::array()}};
    for (const char* optimizer : {"{ adagrad = 0.05, rowwise = true }", "{ adagrad = 0.05 }",
                                  "{ adam = 0.01, idle_rows = \"skip\" }"}) {
      for (int64_t rows = most / 1000; rows <= most; rows *= 10) {
        const nlohmann::json run = measure(rows, optimizer, threads, rounds);
        if (!json) {
          fmt::print("{:>10} rows x 16, {:<40} {:6.2f} ms a step (least {:.2f})\n", rows, optimizer,
                     run["ms"].get<double>(), run["ms_min"].get<double>());
          std::fflush(stdout);
        }
        result["runs"].push_back(run);
      }
    }
    if (json) fmt::print("{}\n", result.dump(2));
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
