// Promise: the softmax over 41,000 items x 64 for a batch of 2,000 queries, forward and gradients, reaches 60
// % of the peak of this machine's products, without a matrix of all scores, which would take 313 MiB.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <numeric>

#include "benchmarks/memory.h"
#include "benchmarks/statistics.h"
#include "shortlist/base/random.h"
#include "shortlist/losses/full_softmax.h"
#include "shortlist/math/peak.h"

namespace shortlist {
namespace {

// Of all threads.
double processor_seconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}
double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

nlohmann::json measure(size_t queries, size_t items, size_t width, int threads, int rounds) {
  Buffer u(queries, width), v(items, width), du(queries, width), dv(items, width);
  const RandomStream draws(1, "full softmax");
  for (size_t i = 0; i < u.size(); ++i) u.data()[i] = static_cast<float>(draws.at(0).normal(i));
  for (size_t i = 0; i < v.size(); ++i) v.data()[i] = static_cast<float>(0.2 * draws.at(1).normal(i));
  std::vector<uint32_t> offsets(queries + 1), own(queries);
  std::iota(offsets.begin(), offsets.end(), 0);
  for (size_t q = 0; q < queries; ++q) own[q] = static_cast<uint32_t>(draws.at(2).below(q, items));
  const std::vector<float> of_items(items, 1), of_pairs(queries, 1);
  const LossBatch batch{.rows = queries,
                        .queries = {u.view(queries, width), du.view(queries, width)},
                        .candidates = {v.view(items, width), dv.view(items, width)},
                        .candidate_multiplicity = of_items,
                        .pairs_of_query = {offsets, std::span(offsets).first(queries)},
                        .pair_candidate = own,
                        .pair_weight = of_pairs};
  ThreadPool pool(threads);
  FullSoftmax softmax({.reduction = Reduction::mean});
  forget_peak();
  const double before = peak_bytes();
  softmax.run(pool, batch, 1);
  const double grown = peak_bytes() - before;
  // The peak is measured between the rounds, so that load from elsewhere slows both.
  std::vector<double> wall, processor, peaks;
  for (int r = 0; r < rounds; ++r) {
    peaks.push_back(multiply_add_peak(pool, 0.1));
    const double wall_start = wall_seconds(), processor_start = processor_seconds();
    softmax.run(pool, batch, 1);
    wall.push_back(wall_seconds() - wall_start);
    processor.push_back(processor_seconds() - processor_start);
  }
  const double operations = softmax.work(batch).operations;
  const double peak = *std::ranges::max_element(peaks);
  return {{"benchmark", "full_softmax"},
          {"queries", queries},
          {"items", items},
          {"width", width},
          {"threads", threads},
          {"ms", 1e3 * median(wall)},
          {"ms_min", 1e3 * least(wall)},
          {"processor_ms_min", 1e3 * least(processor)},
          {"gflops", 1e-9 * operations / least(wall)},
          {"peak_gflops", 1e-9 * peak},
          {"of_peak", operations / least(wall) / peak},
          {"of_peak_by_processor_time", operations / (least(processor) / threads) / peak},
          {"growth_mib", grown / (1 << 20)}};
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  size_t queries = 2000, items = 41'000, width = 64;
  int threads = 2, rounds = 10;
  bool json = false;
  CLI::App app("Times the softmax over all items");
  app.add_option("--queries", queries);
  app.add_option("--items", items);
  app.add_option("--width", width);
  app.add_option("--threads", threads);
  app.add_option("--rounds", rounds);
  app.add_flag("--json", json);
  CLI11_PARSE(app, argc, argv);
  const nlohmann::json result = shortlist::measure(queries, items, width, threads, rounds);
  if (json) {
    fmt::print("{}\n", result.dump(2));
  } else {
    fmt::print(
        "{} queries x {} items x {}: {:.1f} ms (least {:.1f}), {:.0f} of {:.0f} GFLOP/s ({:.0f} %), {:.1f} "
        "MiB\n",
        queries, items, width, result["ms"].get<double>(), result["ms_min"].get<double>(),
        result["gflops"].get<double>(), result["peak_gflops"].get<double>(),
        100 * result["of_peak"].get<double>(), result["growth_mib"].get<double>());
  }
}
