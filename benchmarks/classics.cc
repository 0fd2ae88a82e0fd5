// Speed of the factorisations without the rest of a training, on a made-up table of the shape of MovieLens
// 20M: 138,000 users, 27,000 items, 20 million events, popular items first.
//   classics [ials|bpr|svd] [--json] [--solver cg|cholesky] [--factors N] [--epochs N] [--threads N] [--small]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cmath>
#include <cstring>
#include <string>

#include "shortlist/factors/ials.h"

namespace shortlist {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Items by a power of a uniform number, so that their shares fall like those of MovieLens.
SparseTable made_up_table(size_t users, size_t items, size_t events) {
  const RandomStream draws(1, "classics");
  SparseTable table{.rows = users, .cols = items, .offsets = {0}, .columns = {}, .values = {}};
  std::vector<uint32_t> of_user;
  for (size_t u = 0; u < users; ++u) {
    const RandomStream of(draws.at(u));
    const double mean = static_cast<double>(events) / static_cast<double>(users);
    const auto count = static_cast<size_t>(1 - mean * std::log1p(-of.uniform(0)));
    of_user.clear();
    for (size_t i = 1; i <= count; ++i)
      of_user.push_back(static_cast<uint32_t>(std::pow(of.uniform(i), 2.5) * static_cast<double>(items)));
    std::ranges::sort(of_user);
    of_user.erase(std::ranges::unique(of_user).begin(), of_user.end());
    table.columns.insert(table.columns.end(), of_user.begin(), of_user.end());
    table.offsets.push_back(table.columns.size());
  }
  table.values.assign(table.columns.size(), 1.0f);
  return table;
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  using namespace shortlist;
  std::string what = "ials", solver = "cg";
  size_t factors = 64;
  int epochs = 3, threads = 2;
  bool small = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&] { return std::string(argv[++i]); };
    if (word == "--solver") solver = value();
    else if (word == "--factors") factors = std::stoul(value());
    else if (word == "--epochs") epochs = std::stoi(value());
    else if (word == "--threads") threads = std::stoi(value());
    else if (word == "--small") small = true;
    else what = word;
  }
  const SparseTable table = small ? made_up_table(6'000, 3'700, 1'000'000) : made_up_table(138'000, 27'000, 21'500'000);
  std::printf("{\"events\": %zu", table.columns.size());
  ThreadPool pool(threads);
  const std::atomic<bool> stop = false;
  if (what == "ials") {
    IalsTraining training(table.view(), {.factors = factors, .solver = solver == "cg" ? AlsSolver::cg : AlsSolver::cholesky}, pool);
    for (int epoch = 0; epoch < epochs; ++epoch) {
      const auto start = Clock::now();
      const double loss = training.run_epoch(stop);
      std::fprintf(stderr, "epoch %d: %.3f s, loss %.5f\n", epoch + 1, since(start), loss);
    }
  }
  std::printf("}\n");
}
