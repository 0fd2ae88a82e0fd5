// Runs one small case of a hot path of training, so that callgrind can count the instructions of its
// measure() alone; test_instructions.py holds the counts against what they were.
//
//   valgrind --tool=callgrind --collect-atstart=no --toggle-collect='*measure*' instructions CASE
//   instructions compiler    prints what compiled it, such as g++ 12
#include <fmt/format.h>

#include <functional>
#include <map>
#include <string>

#include "shortlist/config/build.h"
#include "shortlist/config/read_config.h"
#include "shortlist/config/resolve.h"
#include "shortlist/io/toml.h"
#include "shortlist/math/block_passes.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/train/trainer.h"

namespace shortlist {
namespace {

Buffer numbers(size_t count, const char* name) {
  Buffer buffer(count);
  const RandomStream random(1, name);
  for (size_t i = 0; i < count; ++i) buffer.data()[i] = static_cast<float>(random.uniform(i) - 0.5);
  return buffer;
}

[[gnu::noinline]] void measure(const std::function<void()>& work) { work(); }

void print_compiler() {
#if defined(__clang__)
  fmt::print("clang++ {}\n", __clang_major__);
#else
  fmt::print("g++ {}\n", __GNUC__);
#endif
}

void product() {
  Buffer a = numbers(96 * 256, "a"), b = numbers(256 * 128, "b"), c(96, 128);
  Panels panels;
  panels.pack(b.view(256, 128));
  measure([&] { multiply(a.view(96, 256), panels, c.view(96, 128), false, {.relu = true}); });
}

void product_gradient() {
  Buffer a = numbers(256 * 96, "a"), b = numbers(256 * 128, "b"), c(96, 128);
  measure([&] { multiply_transposed(a.view(256, 96), b.view(256, 128), c.view(96, 128)); });
}

void optimizer() {
  constexpr size_t kCount = 1 << 15;
  Buffer gradient = numbers(kCount, "g"), m(kCount), v(kCount), w = numbers(kCount, "w");
  measure([&] { adam({0.01f, 0.9f, 0.999f, 1e-7f}, gradient.span(), m.span(), v.span(), w.span()); });
}

// 600 rows of 150 queries and 200 candidates, 500 pairs, one feature each.
Dataset dataset() {
  Dataset data;
  data.rows = 600;
  const auto tower = [](EncodedRows& rows, size_t count) {
    rows.rows = count;
    for (size_t i = 0; i < count; ++i)
      rows.columns.resize(1), rows.columns[0].ids.push_back(static_cast<int32_t>(i));
  };
  tower(data.queries, 150);
  tower(data.candidates, 200);
  const RandomStream draws(1, "pairs");
  data.labels.push_back({.name = "rating", .values = {}});
  for (uint32_t pair = 0; pair < 500; ++pair) {
    data.pair_query.push_back(static_cast<uint32_t>(draws.below(2 * pair, 150)));
    data.pair_candidate.push_back(static_cast<uint32_t>(draws.below(2 * pair + 1, 200)));
  }
  for (uint32_t row = 0; row < data.rows; ++row) {
    const uint32_t pair = row % 500;
    data.pair_of_row.push_back(pair);
    data.query_of_row.push_back(data.pair_query[pair]);
    data.candidate_of_row.push_back(data.pair_candidate[pair]);
    data.labels[0].values.push_back(static_cast<float>(pair % 10));
    data.split.train.push_back(row);
  }
  return data;
}

// One training step with all layers of the reference model, narrower.
void step() {
  const Config config = read_config(parse_toml(R"([data]
table = "none.csv"
[features]
user = { kind = "category", dim = 32 }
item = { kind = "category", dim = 32 }
[query]
features = ["user"]
layers   = [{ dense = 32 }]
[items]
id       = "item"
features = ["item"]
layers   = [{ dense = 32 }]
[retrieval]
weight = 0.5
[[ranking]]
label  = "rating"
layers = [{ cross = "full" }, { dense = 128, activation = "relu", l2 = 0.01 }, { batch_norm = true },
          { dropout = 0.2 }, { dense = 64, activation = "relu" }]
[training]
batch     = 600
optimizer = { adam = 0.01 }
)",
                                               "instructions"),
                                    "instructions");
  const ModelSpec spec = build_model(config, {{.ids = 150}}, {{.ids = 200}});
  Parameters parameters(spec);
  parameters.initialize(1);
  const Dataset data = dataset();
  ThreadPool pool(1);
  Trainer trainer(resolve_training(config), spec, parameters, data, pool);
  trainer.step(data.split.train);
  measure([&] { trainer.step(data.split.train); });
}

}  // namespace
}  // namespace shortlist

int main(int count, char** arguments) {
  const std::map<std::string, void (*)()> cases = {{"product", shortlist::product},
                                                   {"product_gradient", shortlist::product_gradient},
                                                   {"optimizer", shortlist::optimizer},
                                                   {"step", shortlist::step},
                                                   {"compiler", shortlist::print_compiler}};
  const auto found = cases.find(count == 2 ? arguments[1] : "");
  if (found == cases.end()) {
    fmt::print(stderr, "usage: instructions product|product_gradient|optimizer|step|compiler\n");
    return 2;
  }
  found->second();
}
