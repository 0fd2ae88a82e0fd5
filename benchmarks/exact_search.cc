// Promise: an exact search takes at most 1.3 times as long as the machine needs. For one query, that is the
// time to read the candidates once, or of its arithmetic at peak rate, whichever is longer. For a batch of
// 96, it is the time of the product of queries and candidates alone, without selecting the best.
//
//   exact_search [--rounds N] [--width N] [--most N] [--k N] [--avx2] [--json]
#include <hwy/targets.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "benchmarks/statistics.h"
#include "shortlist/base/random.h"
#include "shortlist/index/bf16_index.h"
#include "shortlist/index/exact_search.h"
#include "shortlist/index/int8_index.h"
#include "shortlist/index/int8_kernels.h"
#include "shortlist/math/peak.h"

namespace shortlist {
namespace {

constexpr size_t kBatch = 96;

struct Arguments {
  int rounds = 15;
  size_t width = 32, most = 1'000'000, k = 10;
  bool avx2 = false, json = false;
};

double processor_seconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// Seconds per call, averaged over enough calls to take a few milliseconds.
class Timer {
 public:
  explicit Timer(std::function<void()> work) : work_(std::move(work)) {
    for (double passed = 0; passed < 2e-3; calls_ *= 2) passed = seconds() * calls_;
  }
  double seconds() const {
    const double start = processor_seconds();
    for (int i = 0; i < calls_; ++i) work_();
    return (processor_seconds() - start) / calls_;
  }

 private:
  std::function<void()> work_;
  int calls_ = 1;
};

// Unit vectors around 2,000 directions, similar to the output of trained towers of length 1.
Buffer clustered(size_t rows, size_t cols, std::string_view use) {
  const RandomStream centres(1, "centres"), random(2, use);
  Buffer buffer(rows, cols);
  const Matrix vectors = buffer.view(rows, cols);
  for (size_t r = 0; r < rows; ++r) {
    const size_t centre = random.below(r * (cols + 1), 2000);
    double square = 0;
    for (size_t c = 0; c < cols; ++c) {
      const double v = centres.normal(centre * cols + c) + 0.83 * random.normal(r * (cols + 1) + 1 + c);
      vectors(r, c) = static_cast<float>(v);
      square += v * v;
    }
    for (size_t c = 0; c < cols; ++c) vectors(r, c) /= static_cast<float>(std::sqrt(square));
  }
  return buffer;
}

// The minimum work of a search, for comparison with the time it takes.
struct Work {
  std::string name;
  std::unique_ptr<Index> index;
  double bytes_each;  // per element
  std::function<void()> product;
};

// The product of a batch and the candidates, one tile at a time, in float32.
class FloatProduct {
 public:
  FloatProduct(ConstMatrix queries, ConstMatrix candidates) : queries_(queries), tile_(kBatch, kTileStride) {
    panels_.pack_transposed(candidates);
  }
  void operator()() {
    for (size_t first = 0; first < panels_.columns(); first += kTileColumns) {
      const size_t panel = first / Panels::kPanelColumns;
      multiply(queries_, panels_, Matrix{tile_.data() - first, kBatch, panels_.columns(), kTileStride}, false,
               {}, {panel, panel + kTileColumns / Panels::kPanelColumns});
    }
  }

 private:
  ConstMatrix queries_;
  Panels panels_;
  Buffer tile_;
};

// The same in eight bits; its speed does not depend on the codes.
class Int8Product {
 public:
  Int8Product(size_t candidates, size_t width)
      : groups_((width + 3) / 4),
        count_(chunk_count(candidates, kPanelCandidates)),
        tile_(kBatch, kTileStride) {
    panels_.resize(count_ * groups_ * 4 * kPanelCandidates, 129);
    queries_.resize(kBatch * groups_ * 4, 3);
    offsets_.resize(kBatch);
  }
  void operator()() {
    constexpr size_t kPanels = kTileColumns / kPanelCandidates;
    for (size_t p = 0; p < count_; p += kPanels) {
      int8_panel_products(
          {panels_.data() + p * groups_ * 4 * kPanelCandidates, groups_, std::min(kPanels, count_ - p)},
          queries_.data(), offsets_.data(), kBatch, tile_.data(), kTileStride);
    }
  }

 private:
  size_t groups_, count_;
  Array<uint8_t> panels_;
  std::vector<int8_t> queries_;
  std::vector<int32_t> offsets_;
  Buffer tile_;
};

nlohmann::json measure(Work& work, ConstMatrix queries, const Arguments& arguments) {
  ThreadPool one(1);
  const size_t n = work.index->size();
  const double elements = static_cast<double>(n * arguments.width);
  Buffer bytes(static_cast<size_t>(elements * work.bytes_each / sizeof(float)));
  for (size_t i = 0; i < bytes.size(); ++i) bytes.data()[i] = static_cast<float>(i);
  size_t at = 0;
  const Timer single([&] {
    at = (at + 1) % queries.rows;
    work.index->search(queries.slice(at, at + 1), arguments.k);
  });
  float sum = 0;
  const Timer read([&] { sum += read_all(bytes.span()); });
  const Timer batch([&] { work.index->search(queries.head(kBatch), arguments.k); });
  const Timer product(work.product);
  std::vector<double> singles, limits, batches, products, single_ratios, batch_ratios;
  for (int round = 0; round < arguments.rounds; ++round) {
    const double peak = multiply_add_peak(one, 0.005);
    const double arithmetic = work.bytes_each > 1 ? 2 * elements / peak : 0;
    singles.push_back(single.seconds());
    limits.push_back(std::max(read.seconds(), arithmetic));
    batches.push_back(batch.seconds() / kBatch);
    products.push_back(product.seconds() / kBatch);
    single_ratios.push_back(singles.back() / limits.back());
    batch_ratios.push_back(batches.back() / products.back());
  }
  SHORTLIST_CHECK(sum > 0);
  return {{"candidates", n},
          {"width", arguments.width},
          {"index", work.name},
          {"us", 1e6 * median(singles)},
          {"limit_us", 1e6 * median(limits)},
          {"times_limit", median(single_ratios)},
          {"times_limit_least", least(single_ratios)},
          {"batch_us", 1e6 * median(batches)},
          {"product_us", 1e6 * median(products)},
          {"times_product", median(batch_ratios)},
          {"times_product_least", least(batch_ratios)}};
}

nlohmann::json measure_all(const Arguments& arguments) {
  ThreadPool one(1);
  nlohmann::json rows = nlohmann::json::array();
  for (size_t n : {size_t{1'000}, size_t{100'000}, size_t{1'000'000}}) {
    if (n > arguments.most) continue;
    const Buffer candidate_memory = clustered(n, arguments.width, "candidates"),
                 query_memory = clustered(256, arguments.width, "queries");
    const ConstMatrix candidates = candidate_memory.view(n, arguments.width),
                      queries = query_memory.view(256, arguments.width);
    const auto float_product = std::make_shared<FloatProduct>(queries.head(kBatch), candidates);
    const auto int8_product = std::make_shared<Int8Product>(n, arguments.width);
    std::vector<Work> works;
    works.push_back({"exact", std::make_unique<ExactIndex>(candidates, one), 4, [&] { (*float_product)(); }});
    works.push_back({"bf16", std::make_unique<Bf16Index>(candidates, one), 2, [&] { (*float_product)(); }});
    works.push_back({"int8", std::make_unique<Int8Index>(candidates, one), 1, [&] { (*int8_product)(); }});
    for (Work& work : works) rows.push_back(measure(work, queries, arguments));
  }
  return {{"benchmark", "exact_search"}, {"k", arguments.k}, {"rows", rows}};
}

void print(const nlohmann::json& result) {
  fmt::print("                              one query                        a query of a batch of 96\n");
  fmt::print(
      "candidates  width  index       µs   limit  times it (least)       µs  product  times it (least)\n");
  for (const auto& row : result["rows"]) {
    fmt::print(
        "{:>10} {:>6}  {:<6} {:>7.1f} {:>7.1f} {:>9.2f} ({:.2f})    {:>8.2f} {:>8.2f} {:>9.2f} ({:.2f})\n",
        row["candidates"].get<int>(), row["width"].get<int>(), row["index"].get<std::string>(),
        row["us"].get<double>(), row["limit_us"].get<double>(), row["times_limit"].get<double>(),
        row["times_limit_least"].get<double>(), row["batch_us"].get<double>(),
        row["product_us"].get<double>(), row["times_product"].get<double>(),
        row["times_product_least"].get<double>());
  }
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  shortlist::Arguments arguments;
  CLI::App app("Times exact searches against what the machine needs for them, on one thread");
  app.add_option("--rounds", arguments.rounds);
  app.add_option("--width", arguments.width, "of a vector");
  app.add_option("--most", arguments.most, "candidates: leaves out larger cases");
  app.add_option("--k", arguments.k);
  app.add_flag("--avx2", arguments.avx2, "as on a processor without AVX-512");
  app.add_flag("--json", arguments.json);
  CLI11_PARSE(app, argc, argv);
  if (arguments.avx2) hwy::DisableTargets(HWY_AVX3 | HWY_AVX3_DL);
  shortlist::hide_vnni(arguments.avx2);
  const nlohmann::json result = shortlist::measure_all(arguments);
  if (arguments.json) {
    fmt::print("{}\n", result.dump(2));
  } else {
    shortlist::print(result);
  }
}
