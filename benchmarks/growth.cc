// Promise: time grows at most linearly with rows or candidates: the exponent e in the fit time = c size^e is
// at most 1.05. Dimensions and threads are also shown.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "benchmarks/statistics.h"
#include "benchmarks/training_run.h"
#include "shortlist/config/build.h"
#include "shortlist/config/read_config.h"
#include "shortlist/config/resolve.h"
#include "shortlist/index/exact_search.h"
#include "shortlist/io/file.h"
#include "shortlist/table/table_writer.h"
#include "shortlist/testing/temporary_folder.h"
#include "shortlist/train/evaluator.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

constexpr double kMostExponent = 1.05;

// The minimum of several times, in ms: other load can only add time.
template <typename Work>
double least_time(int rounds, Work work) {
  std::vector<double> times;
  for (int r = 0; r < rounds; ++r) {
    const auto start = Clock::now();
    work();
    times.push_back(milliseconds_since(start));
  }
  return least(times);
}

// The slope of the regression line through (log size, log time).
double exponent(const std::vector<double>& sizes, const std::vector<double>& times) {
  const auto n = static_cast<double>(sizes.size());
  double x = 0, y = 0, xx = 0, xy = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const double a = std::log(sizes[i]), b = std::log(times[i]);
    x += a, y += b, xx += a * a, xy += a * b;
  }
  return (n * xy - x * y) / (n * xx - x * x);
}

// One kind of size, and the work done at each size.
struct Growth {
  std::string work, of;
  bool bounded;  // by kMostExponent
  std::vector<double> sizes, times;

  nlohmann::json json() const {
    return {{"work", work},
            {"of", of},
            {"sizes", sizes},
            {"ms", times},
            {"exponent", exponent(sizes, times)},
            {"bounded", bounded}};
  }
};

Config config_of(const TemporaryFolder& folder, int dim, const std::string& layers) {
  const std::string path = folder / "growth.toml";
  write_file_atomically(path, fmt::format(R"([data]
split = {{ train = 0.8, validation = 0.2, test = 0, seed = 1 }}
[features]
user = {{ kind = "category", dim = {0} }}
item = {{ kind = "category", dim = {0} }}
[query]
features = ["user"]
layers   = {1}
[items]
id       = "item"
features = ["item"]
layers   = {1}
[retrieval]
[[ranking]]
label  = "rating"
layers = [{{ mlp = [{0}] }}]
[training]
epochs    = 1
batch     = 2_000
optimizer = {{ adagrad = 0.05 }}
)",
                                          dim, layers));
  Config config = load_config(path);
  config.data.use_table(folder / "rows.parquet");
  return config;
}

void write_rows(const std::string& path, size_t rows) {
  const std::string sql = fmt::format(
      "SELECT 'user' || (hash(i) % 10000) AS user, 'item' || (hash(7 * i) % 1000) AS item, "
      "(hash(3 * i) % 10 / 2.0)::DOUBLE AS rating FROM range({}) rows(i)",
      rows);
  write_table(Table::open({.sql = sql}), path);
}

// Trains one pass over all rows, and evaluates.
struct Job {
  Config config;
  PreparedData prepared;
  ModelSpec spec;
  Parameters parameters;
  ThreadPool pool;

  Job(const Config& c, int threads)
      : config(c),
        prepared(prepare_data(resolve_data(config), Table::open(config.data.source()))),
        spec(build_model(config, prepared.features, prepared.label_scales)),
        parameters(spec),
        pool(threads) {
    parameters.initialize(1);
    parameters.pack(pool, false);
  }
  void train_epoch() {
    Trainer trainer(resolve_training(config), spec, parameters, prepared.data, pool);
    Quiet quiet;
    trainer.run(quiet, std::atomic<bool>(false));
  }
  void evaluate(std::span<const uint32_t> rows) {
    Evaluator(resolve_training(config), spec, parameters, prepared.data, pool).figures(rows, true);
  }

 private:
  struct Quiet : TrainingCallback {};
};

std::vector<Growth> grow_rows(int threads, int rounds) {
  Growth read{"read, fit and encode", "rows", true, {}, {}}, epoch{"train an epoch", "rows", true, {}, {}},
      evaluation{"evaluate", "rows", true, {}, {}};
  for (const size_t rows : {20'000, 200'000, 2'000'000}) {
    const TemporaryFolder folder;
    write_rows(folder / "rows.parquet", rows);
    const Config config = config_of(folder, 32, "[{ dense = 32 }]");
    Job job(config, threads);
    const auto size = static_cast<double>(rows);
    read.times.push_back(
        least_time(rounds, [&] { prepare_data(resolve_data(config), Table::open(config.data.source())); }));
    epoch.times.push_back(least_time(rounds, [&] { job.train_epoch(); }));
    evaluation.times.push_back(least_time(rounds, [&] { job.evaluate(job.prepared.data.split.validation); }));
    for (Growth* growth : {&read, &epoch, &evaluation}) growth->sizes.push_back(size);
  }
  return {read, epoch, evaluation};
}

struct Vectors {
  Buffer values;
  size_t rows, width;
  Vectors(size_t r, size_t w, const char* name) : values(r * w), rows(r), width(w) {
    const RandomStream draws(1, name);
    for (size_t i = 0; i < values.size(); ++i) values.data()[i] = static_cast<float>(draws.normal(i));
  }
  ConstMatrix view() const { return values.view(rows, width); }
};

double time_search(size_t candidates, size_t width, int rounds) {
  const Vectors items(candidates, width, "items"), queries(96, width, "queries");
  ThreadPool pool(1);
  const ExactIndex index(items.view(), pool);
  return least_time(rounds, [&] { index.search(queries.view(), 10); });
}

double time_ranks(size_t candidates, size_t width, int threads, int rounds) {
  const Vectors items(candidates, width, "items"), queries(768, width, "queries");
  std::vector<uint32_t> offsets(queries.rows + 1), pairs(queries.rows), item_of_pair(queries.rows, 7);
  std::iota(offsets.begin(), offsets.end(), 0);
  std::iota(pairs.begin(), pairs.end(), 0);
  ThreadPool pool(threads);
  PairRanker ranker;
  return least_time(rounds, [&] {
    ranker.rank(pool, {queries.view(), items.view(), offsets, pairs, item_of_pair});
  });
}

std::vector<Growth> grow_candidates(int threads, int rounds) {
  Growth search{"search exactly for 96 queries, one thread", "candidates", true, {}, {}},
      ranks{"rank 768 queries in evaluation", "candidates", true, {}, {}};
  for (const size_t candidates : {10'000, 100'000, 1'000'000}) {
    search.times.push_back(time_search(candidates, 32, rounds));
    ranks.times.push_back(time_ranks(candidates, 32, threads, rounds));
    for (Growth* growth : {&search, &ranks}) growth->sizes.push_back(static_cast<double>(candidates));
  }
  return {search, ranks};
}

std::vector<Growth> grow_dimensions(int threads, int rounds) {
  Growth search{"search exactly, 100,000 candidates", "dimensions", false, {}, {}},
      epoch{"train an epoch of 200,000 rows", "dimensions", false, {}, {}};
  const TemporaryFolder folder;
  write_rows(folder / "rows.parquet", 200'000);
  for (const int dim : {32, 64, 128}) {
    search.times.push_back(time_search(100'000, static_cast<size_t>(dim), rounds));
    Job job(config_of(folder, dim, fmt::format("[{{ dense = {} }}]", dim)), threads);
    epoch.times.push_back(least_time(rounds, [&] { job.train_epoch(); }));
    for (Growth* growth : {&search, &epoch}) growth->sizes.push_back(dim);
  }
  return {search, epoch};
}

std::vector<Growth> grow_threads(int rounds) {
  Growth ranks{"rank 768 queries among 100,000", "threads", false, {}, {}},
      epoch{"train an epoch of 200,000 rows", "threads", false, {}, {}};
  const TemporaryFolder folder;
  write_rows(folder / "rows.parquet", 200'000);
  for (const int threads : {1, 2}) {
    ranks.times.push_back(time_ranks(100'000, 32, threads, rounds));
    Job job(config_of(folder, 32, "[{ dense = 32 }]"), threads);
    epoch.times.push_back(least_time(rounds, [&] { job.train_epoch(); }));
    for (Growth* growth : {&ranks, &epoch}) growth->sizes.push_back(threads);
  }
  return {ranks, epoch};
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  using namespace shortlist;
  int threads = 2, rounds = 5;
  bool json = false;
  CLI::App app("Shows how time grows with rows, candidates, dimensions and threads");
  app.add_option("--threads", threads);
  app.add_option("--rounds", rounds);
  app.add_flag("--json", json);
  CLI11_PARSE(app, argc, argv);
  try {
    nlohmann::json runs = nlohmann::json::array();
    bool within = true;
    for (const auto& growths : {grow_rows(threads, rounds), grow_candidates(threads, rounds),
                                grow_dimensions(threads, rounds), grow_threads(rounds)}) {
      for (const Growth& growth : growths) {
        const double e = exponent(growth.sizes, growth.times);
        within &= !growth.bounded || e <= kMostExponent;
        runs.push_back(growth.json());
        if (json) continue;
        fmt::print("{:<11} {:<41} {:>9.2f} {:>9.2f} {:>9} ms   exponent {:.2f}\n", growth.of, growth.work,
                   growth.times[0], growth.times[1],
                   growth.times.size() > 2 ? fmt::format("{:.2f}", growth.times[2]) : "", e);
      }
    }
    if (json)
      fmt::print("{}\n", nlohmann::json{{"benchmark", "growth"}, {"within", within}, {"runs", runs}}.dump(2));
    return within ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
