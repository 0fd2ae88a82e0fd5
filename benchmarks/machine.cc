// Measures this machine, as a reference for all other figures: multiply-adds, memory, latency between cores.
#include <fmt/format.h>
#include <hwy/targets.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "benchmarks/core_to_core.h"
#include "benchmarks/statistics.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/math/peak.h"

namespace shortlist {
namespace {

// Bytes per second read by a sum over memory far larger than the caches.
double read_bandwidth(ThreadPool& pool) {
  constexpr size_t kPart = size_t{1} << 16, kParts = 512;  // 128 MiB
  Buffer memory(kPart * kParts);
  std::vector<float> sums(kParts);
  const auto start = std::chrono::steady_clock::now();
  pool.run(kParts, [&](size_t i, int) { sums[i] = sum(memory.span().subspan(i * kPart, kPart)); });
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  return static_cast<double>(memory.size() * sizeof(float)) / passed.count();
}

nlohmann::json measure(int threads, int rounds) {
  ThreadPool pool(threads);
  double peak = 0, bandwidth = 0;
  for (int r = 0; r < rounds; ++r) {
    peak = std::max(peak, multiply_add_peak(pool));
    bandwidth = std::max(bandwidth, read_bandwidth(pool));
  }
  return {{"threads", threads}, {"peak_gflops", peak / 1e9}, {"read_gb_a_second", bandwidth / 1e9}};
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  using namespace shortlist;
  int rounds = 9;
  bool json = false;
  CLI::App app("Measures the machine");
  app.add_option("--rounds", rounds);
  app.add_flag("--json", json);
  CLI11_PARSE(app, argc, argv);
  std::vector<double> trips;
  for (int r = 0; r < rounds; ++r) trips.push_back(round_trip_nanoseconds());
  const nlohmann::json result = {
      {"benchmark", "machine"},
      {"vectors", hwy::TargetName(static_cast<int64_t>(1) << hwy::Num0BitsBelowLS1Bit_Nonzero64(
                                      static_cast<uint64_t>(hwy::SupportedTargets())))},
      {"core_to_core_ns", median(trips)},
      {"runs", {measure(1, rounds), measure(2, rounds)}}};
  if (json) {
    fmt::print("{}\n", result.dump(2));
    return 0;
  }
  fmt::print("vectors: {}; core to core and back {:.0f} ns\n", result["vectors"].get<std::string>(),
             result["core_to_core_ns"].get<double>());
  for (const auto& run : result["runs"])
    fmt::print("{} threads: {:.1f} GFLOP/s, reads {:.1f} GB/s\n", run["threads"].get<int>(),
               run["peak_gflops"].get<double>(), run["read_gb_a_second"].get<double>());
}
