// Promises: item_knn finds the neighbours of 27,000 items from 20 million events at least 3 times as fast as
// the library implicit (benchmarks/classics.py runs both), and ease inverts its matrix at 80 % of the peak of
// this machine's multiply-adds.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "benchmarks/statistics.h"
#include "shortlist/base/random.h"
#include "shortlist/io/npy.h"
#include "shortlist/learners/ease.h"
#include "shortlist/learners/item_knn.h"
#include "shortlist/learners/slim.h"
#include "shortlist/math/inverse.h"
#include "shortlist/math/peak.h"
#include "shortlist/math/product.h"

namespace shortlist {
namespace {

const std::atomic<bool> kGoOn = false;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Of all threads.
double processor_seconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <typename Work>
double seconds_of(Work work) {
  const double start = now();
  work();
  return now() - start;
}

template <typename Work>
double processor_seconds_of(Work work) {
  const double start = processor_seconds();
  work();
  return processor_seconds() - start;
}

// Users and items in the shape of MovieLens: the numbers of events of users are log-normal, and the share of
// the item at rank r is about 1 / (r + 30), cut off.
SparseMatrix made_up(size_t users, size_t items, size_t events) {
  const RandomStream draws(1, "events");
  std::vector<double> sizes, shares;
  double all = 0, sum = 0;
  for (size_t u = 0; u < users; ++u) all += sizes.emplace_back(std::exp(1.1 * draws.at(0).normal(u)));
  for (size_t i = 0; i < items; ++i) {
    sum += 1 / (static_cast<double>(i) + 30) - 0.8 / (static_cast<double>(items) + 30);
    shares.push_back(sum);
  }
  SparseMatrix matrix{.cols = items};
  for (size_t u = 0; u < users; ++u) {
    const double expected = sizes[u] / all * static_cast<double>(events);
    const size_t wanted = std::min(items / 4, static_cast<size_t>(std::max(1.0, 1.35 * expected)));
    std::vector<uint32_t> row;
    for (size_t e = 0; e < wanted; ++e) {
      const double at = draws.at(1 + u).uniform(e) * sum;
      row.push_back(static_cast<uint32_t>(std::ranges::lower_bound(shares, at) - shares.begin()));
    }
    std::ranges::sort(row);
    row.erase(std::unique(row.begin(), row.end()), row.end());
    matrix.columns.insert(matrix.columns.end(), row.begin(), row.end());
    matrix.offsets.push_back(matrix.columns.size());
  }
  matrix.values.assign(matrix.columns.size(), 1.0f);
  return matrix;
}

// Seconds of all processors together.
nlohmann::json measure_knn(const SparseMatrix& users, ThreadPool& pool, int rounds) {
  nlohmann::json seconds;
  for (const auto& [similarity, name] : EnumNames<ItemSimilarity>::names) {
    std::vector<double> all;
    for (int r = 0; r < rounds; ++r)
      all.push_back(processor_seconds_of(
          [&] { similar_items(users, {.similarity = similarity, .neighbours = 20}, pool, kGoOn); }));
    seconds[name] = *std::ranges::min_element(all);
  }
  return seconds;
}

// Lists of 10 items for each user, without the user's own, from 20 neighbours.
double measure_lists(const SparseMatrix& users, ThreadPool& pool, int rounds) {
  auto weights = std::make_shared<ItemToItem>();
  weights->items = users.cols;
  weights->sparse = similar_items(users, {.neighbours = 20}, pool, kGoOn);
  weights->popular.resize(users.cols);
  const ItemToItemRetriever retriever(ItemKnnSettings::kind, weights);
  constexpr size_t kQueries = 48;
  double best = 1e9;
  for (int r = 0; r < rounds; ++r) {
    best = std::min(best, processor_seconds_of([&] {
                      pool.run(chunk_count(users.rows(), kQueries), [&](size_t task, int) {
                        const RowRange range = chunk_rows(users.rows(), kQueries, task);
                        std::vector<std::vector<uint32_t>> items;
                        std::vector<QueryHistory> histories;
                        std::vector<std::span<const uint32_t>> own;
                        for (size_t u = range.begin; u < range.end; ++u) {
                          const auto of = users.columns_of(u);
                          items.emplace_back(of.begin(), of.end());
                          histories.push_back({items.back(), {}, {}});
                          own.emplace_back(items.back());
                        }
                        retriever.retrieve({.rows = range.size(), .histories = histories}, 10, {}, own);
                      });
                    }));
  }
  return best;
}

// Operations per second of a processor of the product that a step of invert() consists of, without the rest.
double product_speed(ConstMatrix a, Matrix c, ThreadPool& pool) {
  Panels panels;
  panels.resize(a.cols, a.rows);
  panels.pack_transposed(a, 0, panels.count());
  const double start = processor_seconds();
  constexpr size_t kRows = 96;
  pool.run(chunk_count(a.rows, kRows), [&](size_t task, int) {
    const RowRange rows = chunk_rows(a.rows, kRows, task);
    multiply(a.slice(rows.begin, rows.end), panels, c.slice(rows.begin, rows.end), true);
  });
  const auto n = static_cast<double>(a.rows);
  return 2 * n * n * static_cast<double>(a.cols) / (processor_seconds() - start);
}

// n³ multiply-adds / 2, two operations each. Everything is by processor time, since other load on the machine
// changes the time of a wall clock more than what is measured.
nlohmann::json measure_inverse(size_t n, ThreadPool& pool, int rounds) {
  const RandomStream draws(2, "inverse");
  double best = 0, best_product = 0, least_seconds = 1e9;
  Buffer memory(n, n), other(n, n);
  const Matrix a = memory.view(n, n);
  for (int r = 0; r < rounds; ++r) {
    pool.run(n, [&](size_t i, int) {
      for (size_t j = 0; j <= i; ++j) a(i, j) = static_cast<float>(draws.uniform(i * n + j));
      a(i, i) = 2 * static_cast<float>(n);
    });
    const ConstMatrix some = ConstMatrix(a).columns(0, std::min<size_t>(n, 256));
    best_product = std::max(best_product, product_speed(some, other.view(n, n), pool));
    const double processor = processor_seconds();
    least_seconds = std::min(least_seconds, seconds_of([&] { invert(a, pool, kGoOn); }));
    const double operations = std::pow(static_cast<double>(n), 3);
    best = std::max(best, operations / (processor_seconds() - processor));
  }
  ThreadPool one(1);
  return {{"items", n},
          {"seconds", least_seconds},
          {"operations_per_processor_second", best},
          {"share_of_products", best / best_product},
          {"share_of_peak", best / multiply_add_peak(one, 0.5)}};
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  using namespace shortlist;
  CLI::App app("Times the kinds of model that are matrices from item to item.");
  size_t users = 138'000, items = 27'000, events = 20'000'000, inverse = 8'000;
  int threads = 2, rounds = 3;
  bool json = false;
  std::string write;
  app.add_option("--users", users);
  app.add_option("--items", items);
  app.add_option("--events", events);
  app.add_option("--inverse", inverse, "items of the inverted matrix; 0 leaves it out");
  app.add_option("--threads", threads);
  app.add_option("--rounds", rounds, "0 only writes the data");
  app.add_option("--write", write, "a folder for offsets.npy and items.npy, the events by user");
  app.add_flag("--json", json);
  CLI11_PARSE(app, argc, argv);
  ThreadPool pool(threads);
  nlohmann::json report;
  if (events > 0) {
    const SparseMatrix matrix = made_up(users, items, events);
    report["events"] = matrix.columns.size();
    if (!write.empty()) {
      write_npy(write + "/offsets.npy", std::vector<int64_t>(matrix.offsets.begin(), matrix.offsets.end()));
      write_npy(write + "/items.npy", std::vector<int32_t>(matrix.columns.begin(), matrix.columns.end()));
    }
    if (rounds > 0) report["item_knn"] = measure_knn(matrix, pool, rounds);
    if (rounds > 0) report["lists"] = measure_lists(matrix, pool, rounds);
  }
  if (inverse > 0 && rounds > 0) report["inverse"] = measure_inverse(inverse, pool, rounds);
  fmt::print("{}\n", json ? report.dump() : report.dump(2));
}
