// Searches an HNSW index and exact indices on command, so that benchmarks/peers/compare_retrieval.py can
// alternate them with other libraries. Uses one thread and measures processor time.
//
//   retrieval VECTORS.npy QUERIES.npy [--tuning N] [--connections N] [--build-beam N] [--keep FILE]
//
// The graph may be tuned with the first N queries, which are not used for measurements. Prints
// {"build_seconds"} when the graph is ready (null if it was loaded from FILE). Then, for each input line
// "INDEX BEAM BATCH BEGIN END" with INDEX hnsw, exact or int8, searches the best ten for queries [BEGIN,
// END), BATCH per call, and prints {"seconds", "ids"}.
#include <time.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "shortlist/base/error.h"
#include "shortlist/index/exact_search.h"
#include "shortlist/index/hnsw.h"
#include "shortlist/index/int8_index.h"
#include "shortlist/io/npy.h"

namespace shortlist {
namespace {

constexpr size_t kBest = 10;

struct Arguments {
  std::string vectors, queries, keep;
  size_t tuning = 0;
  HnswConfig config;
};

double processor_seconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

void print(const nlohmann::json& line) { std::cout << line.dump() << std::endl; }

std::unique_ptr<Hnsw> build(ConstMatrix vectors, ConstMatrix queries, const Arguments& arguments,
                            ThreadPool& pool) {
  if (!arguments.keep.empty() && std::filesystem::exists(arguments.keep)) {
    print({{"build_seconds", nullptr}});
    return Hnsw::load(arguments.keep, vectors);
  }
  const double start = processor_seconds();
  auto hnsw = std::make_unique<Hnsw>(vectors, arguments.config, pool, queries);
  print({{"build_seconds", processor_seconds() - start}});
  if (!arguments.keep.empty()) hnsw->save(arguments.keep, false);
  return hnsw;
}

nlohmann::json search(const Index& index, ConstMatrix queries, size_t batch) {
  std::vector<Found> all;
  const double start = processor_seconds();
  for (size_t begin = 0; begin < queries.rows; begin += batch) {
    auto found = index.search(queries.slice(begin, std::min(begin + batch, queries.rows)), kBest);
    std::ranges::move(found, std::back_inserter(all));
  }
  const double seconds = processor_seconds() - start;
  nlohmann::json ids = nlohmann::json::array();
  for (const Found& found : all) {
    nlohmann::json row = nlohmann::json::array();
    for (const Scored& best : found.best) row.push_back(best.index);
    ids.push_back(std::move(row));
  }
  return {{"seconds", seconds}, {"ids", std::move(ids)}};
}

void run(const Arguments& arguments) {
  ThreadPool one(1);
  const auto vectors = read_npy_floats(arguments.vectors), queries = read_npy_floats(arguments.queries);
  const ConstMatrix candidates{vectors.values.data(), vectors.rows, vectors.cols, vectors.cols},
      all_queries{queries.values.data(), queries.rows, queries.cols, queries.cols};
  const auto hnsw = build(candidates, all_queries.head(arguments.tuning), arguments, one);
  const ExactIndex exact(candidates, one);
  const Int8Index int8(candidates, one);
  std::string name;
  int beam = 0;
  size_t batch = 0, begin = 0, end = 0;
  while (std::cin >> name >> beam >> batch >> begin >> end) {
    hnsw->set_ef_search(beam);
    const Index& index = name == "hnsw" ? *hnsw : name == "exact" ? static_cast<const Index&>(exact) : int8;
    print(search(index, all_queries.slice(begin, end), batch));
  }
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  shortlist::Arguments arguments;
  CLI::App app("Searches indexes on command, on one thread");
  app.add_option("vectors", arguments.vectors, "a .npy file of candidates")->required();
  app.add_option("queries", arguments.queries, "a .npy file of queries")->required();
  app.add_option("--tuning", arguments.tuning);
  app.add_option("--connections", arguments.config.m);
  app.add_option("--build-beam", arguments.config.ef_construction);
  app.add_option("--keep", arguments.keep, "the graph: read from this file, or made and written to it");
  CLI11_PARSE(app, argc, argv);
  try {
    shortlist::run(arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
