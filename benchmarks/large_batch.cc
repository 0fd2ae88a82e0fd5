// Promise: the in-batch softmax of 8,192 rows x 32, with gradients, increases the memory of the process by
// less than 64 MiB; the 8,192 x 8,192 scores alone would take 256 MiB.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <numeric>

#include "benchmarks/memory.h"
#include "benchmarks/statistics.h"
#include "shortlist/base/random.h"
#include "shortlist/losses/in_batch_softmax.h"

namespace shortlist {
namespace {

nlohmann::json measure(size_t rows, size_t width, int threads, int rounds) {
  Buffer values(2 * rows * width), gradients(2 * rows * width);
  const RandomStream draws(1, "batch");
  for (size_t i = 0; i < values.size(); ++i) values.data()[i] = static_cast<float>(draws.normal(i));
  std::vector<uint32_t> offsets(rows + 1), pairs(rows);
  std::iota(offsets.begin(), offsets.end(), 0);
  std::iota(pairs.begin(), pairs.end(), 0);
  const std::vector<float> ones(rows, 1);
  const auto half = [&](Buffer& buffer, size_t part) {
    return Matrix{buffer.data() + part * rows * width, rows, width, width};
  };
  ThreadPool pool(threads);
  InBatchSoftmax softmax(1);
  forget_peak();
  const double before = peak_bytes();
  std::vector<double> times;
  for (int r = 0; r < rounds; ++r) {
    const auto start = std::chrono::steady_clock::now();
    softmax.run(pool,
                {.rows = rows,
                 .queries = {half(values, 0), half(gradients, 0)},
                 .candidates = {half(values, 1), half(gradients, 1)},
                 .candidate_multiplicity = ones,
                 .pairs_of_query = {offsets, pairs},
                 .pair_candidate = pairs,
                 .pair_weight = ones},
                1);
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  return {{"benchmark", "large_batch"},
          {"rows", rows},
          {"width", width},
          {"threads", threads},
          {"ms", median(times)},
          {"ms_min", least(times)},
          {"growth_mib", (peak_bytes() - before) / (1 << 20)}};
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  size_t rows = 8192;
  int threads = 2, rounds = 10;
  bool json = false;
  CLI::App app("Times the in-batch softmax of a large batch");
  app.add_option("--rows", rows);
  app.add_option("--threads", threads);
  app.add_option("--rounds", rounds);
  app.add_flag("--json", json);
  CLI11_PARSE(app, argc, argv);
  const nlohmann::json result = shortlist::measure(rows, 32, threads, rounds);
  if (json) {
    fmt::print("{}\n", result.dump(2));
  } else {
    fmt::print("{} rows x 32: {:.1f} ms (least {:.1f}), {:.1f} MiB\n", rows, result["ms"].get<double>(),
               result["ms_min"].get<double>(), result["growth_mib"].get<double>());
  }
}
