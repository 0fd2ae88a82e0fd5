// Promise: a model with the shape of DLRM (26 tables of 100,000 x 16, 13 numbers, dot interaction, Adagrad,
// batches of 2,048) trains at least twice as many rows per second as PyTorch on the same cores
// (peers/compare_dlrm.py).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "benchmarks/statistics.h"
#include "benchmarks/training_run.h"
#include "shortlist/config/read_config.h"
#include "shortlist/config/resolve.h"
#include "shortlist/io/file.h"
#include "shortlist/report/profile_text.h"
#include "shortlist/testing/temporary_folder.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

constexpr int kCategories = 26, kNumbers = 13, kBatch = 2048, kBatches = 40;

std::vector<std::string> names(const char* prefix, int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) all.push_back(fmt::format("{}{}", prefix, i));
  return all;
}

// Categories with 100,000 values and a long tail; all rows are different.
std::string clicks_sql() {
  std::vector<std::string> columns;
  for (int c = 0; c < kCategories; ++c)
    columns.push_back(
        fmt::format("(100000 * pow((hash(64 * i + {}) % 1000003) / 1000003.0, 3))::INTEGER AS c{}", c, c));
  for (int n = 0; n < kNumbers; ++n)
    columns.push_back(fmt::format("(hash(64 * i + {}) % 2001) / 1000.0 - 1 AS n{}", 32 + n, n));
  return fmt::format("SELECT {}, (hash(i) % 10 < 3)::INTEGER AS click FROM range({}) rows(i)",
                     fmt::join(columns, ", "), kBatches * kBatch + 4);
}

// All features are in the query tower; the candidate only identifies what is shown.
std::string config_text() {
  const std::vector<std::string> categories = names("c", kCategories), numbers = names("n", kNumbers);
  const auto quoted = [](const std::vector<std::string>& list) {
    return fmt::format("\"{}\"", fmt::join(list, "\", \""));
  };
  std::string text =
      fmt::format("[data]\nsplit = {{ train = {}, validation = 2, test = 2, seed = 1 }}\n[features]\n",
                  kBatches * kBatch);
  for (const std::string& c : categories)
    text += c + " = { kind = \"hashed\", buckets = 100_000, dim = 16 }\n";
  for (const std::string& n : numbers) text += n + " = { kind = \"number\" }\n";
  text += "shown = { kind = \"hashed\", column = \"c0\", buckets = 1, dim = 1 }\n";
  text += fmt::format(R"([query]
features = [{0}, {1}]
layers = [
  {{ concat = true, name = "numbers", inputs = [{1}] }},
  {{ mlp = [512, 256, 64, 16], final_activation = "relu" }},
  {{ activation = "linear", name = "bottom" }},
  {{ dot_interaction = true, name = "dots", inputs = ["bottom", {0}] }},
  {{ concat = true, inputs = ["bottom", "dots"] }},
]
[items]
id       = "c0"
features = ["shown"]
[[ranking]]
label  = "click"
loss   = "binary_crossentropy"
layers = [{{ mlp = [512, 256], final_activation = "relu", inputs = ["query"] }}]
[training]
epochs    = 1_000_000
batch     = {2}
optimizer = {{ adagrad = 0.01 }}
)",
                      quoted(categories), quoted(numbers), kBatch);
  return text;
}

nlohmann::json measure(int threads, int rounds, int steps, bool profile) {
  const TemporaryFolder folder;
  const std::string path = folder / "dlrm.toml";
  write_file_atomically(path, config_text());
  Config config = load_config(path);
  config.data.sql = clicks_sql();
  const PreparedData prepared = prepare_data(resolve_data(config), Table::open(config.data.source()));
  Run run(config, prepared, threads);
  run.round(steps);  // warm-up
  std::vector<double> times;
  for (int r = 0; r < rounds; ++r) {
    const std::vector<double> round = run.round(steps).times;
    times.insert(times.end(), round.begin(), round.end());
  }
  if (profile) fmt::print(stderr, "{}\n", profile_text(run.profile(steps)));
  return {{"benchmark", "dlrm"},
          {"threads", threads},
          {"ms", median(times)},
          {"ms_min", least(times)},
          {"rows_a_second", 1e3 * kBatch / median(times)},
          {"gflop", run.operations() / 1e9}};
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  int threads = 2, rounds = 5, steps = 20;
  bool profile = false, json = false;
  CLI::App app("Times the training step of a model of DLRM's shape");
  app.add_option("--threads", threads);
  app.add_option("--rounds", rounds);
  app.add_option("--steps", steps, "of each round");
  app.add_flag("--profile", profile, "print the phases of the step, on standard error");
  app.add_flag("--json", json);
  CLI11_PARSE(app, argc, argv);
  try {
    const nlohmann::json result = shortlist::measure(threads, rounds, steps, profile);
    if (json) {
      fmt::print("{}\n", result.dump(2));
    } else {
      fmt::print("{:.1f} ms a step (least {:.1f}), {:.0f} rows/s\n", result["ms"].get<double>(),
                 result["ms_min"].get<double>(), result["rows_a_second"].get<double>());
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
