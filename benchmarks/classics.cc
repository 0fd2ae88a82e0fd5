// Speed of the factorisations alone, without the rest of a training. benchmarks/classics_speed.py writes the
// table, runs this program and the peers in turn, and compares speed and quality.
//   classics ials|bpr|svd|lists FOLDER [--solver cg|cholesky] [--implicit] [--factors N] [--epochs N]
//   [--threads N]
// FOLDER contains offsets.npy [users + 1], columns.npy [entries], items.npy [1] (the number of items) and,
// for svd, ratings.npy. Prints JSON: the seconds of each epoch on the clock and of the
// processor, and the figure of the last. Writes the
// factors into FOLDER as shortlist_users.npy, shortlist_items.npy and shortlist_biases.npy. `lists` reads
// them back and finds the 10 best items of every user without the user's own, --epochs times.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <functional>
#include <numeric>
#include <string>

#include "shortlist/factors/biased_mf.h"
#include "shortlist/factors/bpr.h"
#include "shortlist/factors/ials.h"
#include "shortlist/io/npy.h"
#include "shortlist/learners/vector_index.h"

namespace shortlist {
namespace {

struct Options {
  std::string kind, folder, solver = "cg";
  bool implicit = false;
  size_t factors = 64;
  int epochs = 3, threads = 2;
};

Options read_options(int argc, char** argv) {
  Options options{.kind = argv[1], .folder = argv[2]};
  for (int i = 3; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--implicit") {
      options.implicit = true;
      continue;
    }
    const std::string value = argv[++i];
    if (word == "--solver") options.solver = value;
    if (word == "--factors") options.factors = std::stoul(value);
    if (word == "--epochs") options.epochs = std::stoi(value);
    if (word == "--threads") options.threads = std::stoi(value);
  }
  return options;
}

SparseMatrix read_table(const std::string& folder, bool ratings) {
  const auto offsets = read_npy_integers(folder + "/offsets.npy");
  const auto columns = read_npy_integers(folder + "/columns.npy");
  SparseMatrix table{.cols = static_cast<size_t>(read_npy_integers(folder + "/items.npy")[0]),
                     .offsets = {offsets.begin(), offsets.end()},
                     .columns = {columns.begin(), columns.end()},
                     .values = std::vector<float>(columns.size(), 1.0f)};
  if (ratings) table.values = read_npy_floats(folder + "/ratings.npy").values;
  return table;
}

void write_factors(const std::string& path, const FactorTable& table) {
  std::vector<float> values;
  for (size_t r = 0; r < table.rows(); ++r)
    values.insert(values.end(), table.row(r), table.row(r) + table.factors());
  write_npy(path, values, table.rows(), table.factors());
}

void write(const std::string& folder, const FactorTable& users, const FactorTable& items,
           const std::vector<float>& biases) {
  write_factors(folder + "/shortlist_users.npy", users);
  write_factors(folder + "/shortlist_items.npy", items);
  write_npy(folder + "/shortlist_biases.npy", std::span<const float>(biases));
}

void print_list(const char* name, const std::vector<double>& values) {
  std::printf("\"%s\": [", name);
  for (size_t i = 0; i < values.size(); ++i) std::printf("%s%.4f", i == 0 ? "" : ", ", values[i]);
  std::printf("], ");
}

void run_epochs(int epochs, const std::function<double(int)>& run) {
  using Clock = std::chrono::steady_clock;
  double figure = 0;
  std::vector<double> seconds, processor;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const auto start = Clock::now();
    const std::clock_t before = std::clock();  // of all threads
    figure = run(epoch);
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    processor.push_back(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
  }
  std::printf("{");
  print_list("seconds", seconds);
  print_list("cpu", processor);
  std::printf("\"figure\": %.6f}\n", figure);
}

// Returns the mean of the best scores.
double find_lists(const SparseMatrix& table, ConstMatrix users, const VectorIndex& index, ThreadPool& pool) {
  constexpr size_t kUsersATask = 256, kLength = 10;
  std::vector<double> best(users.rows);
  pool.run(chunk_count(users.rows, kUsersATask), [&](size_t task, int) {
    const RowRange range = chunk_rows(users.rows, kUsersATask, task);
    std::vector<std::span<const uint32_t>> own;
    for (size_t u = range.begin; u < range.end; ++u) own.push_back(table.columns_of(u));
    const auto found = index.retrieve(users.slice(range.begin, range.end), kLength, {}, own, {});
    for (size_t u = range.begin; u < range.end; ++u) best[u] = found[u - range.begin].best.at(0).score;
  });
  return std::accumulate(best.begin(), best.end(), 0.0) / static_cast<double>(best.size());
}

void run_lists(const Options& options, const SparseMatrix& table, ThreadPool& pool) {
  const auto users = read_npy_floats(options.folder + "/shortlist_users.npy");
  const auto items = read_npy_floats(options.folder + "/shortlist_items.npy");
  const size_t width = items.values.size() / table.cols;
  const ConstMatrix of_items{items.values.data(), table.cols, width, width};
  run_epochs(options.epochs, [&](int) {
    const VectorIndex index(of_items, IndexKind::exact);
    return find_lists(table, {users.values.data(), table.rows(), width, width}, index, pool);
  });
}

void run(const Options& options) {
  const SparseMatrix table = read_table(options.folder, options.kind == "svd");
  ThreadPool pool(options.threads);
  const std::atomic<bool> stop = false;
  if (options.kind == "lists") return run_lists(options, table, pool);
  if (options.kind == "ials") {
    const AlsSolver solver = options.solver == "cg" ? AlsSolver::cg : AlsSolver::cholesky;
    IalsTraining training(table.view(), {.factors = options.factors, .solver = solver}, pool);
    run_epochs(options.epochs, [&](int) { return training.run_epoch(stop); });
    write(options.folder, training.solve_users(), training.factors().items, {});
  } else if (options.kind == "bpr") {
    BprTraining training(table.view(), {.factors = options.factors}, pool);
    run_epochs(options.epochs, [&](int epoch) { return training.run_epoch(epoch, stop); });
    const BprFactors& factors = training.factors();
    write(options.folder, factors.users, factors.items, factors.biases);
  } else {
    BiasedMfTraining training(table.view(), {.factors = options.factors, .implicit = options.implicit}, pool);
    run_epochs(options.epochs, [&](int epoch) { return training.run_epoch(epoch, stop); });
    const BiasedMfFactors& factors = training.factors();
    write(options.folder, training.complete_users(), factors.items, factors.item_biases);
    write_npy(options.folder + "/shortlist_user_biases.npy", std::span<const float>(factors.user_biases));
  }
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  shortlist::run(shortlist::read_options(argc, argv));
}
