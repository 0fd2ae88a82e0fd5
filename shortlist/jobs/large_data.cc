#include "shortlist/jobs/large_data.h"

#include <cstdint>
#include <unordered_set>

#include "shortlist/base/error.h"
#include "shortlist/optim/optimizer.h"

namespace shortlist {
namespace {

// What the program, DuckDB and two threads need for a small table and a small model.
constexpr size_t kLeastMemory = size_t{128} << 20;

}  // namespace

LargeData::LargeData(const LargeDataOptions& options, const std::string& default_cache, bool tables) {
  const bool vectors = !options.cache.empty() || options.max_memory > 0;
  if (vectors || tables)
    folder_.emplace(options.cache.empty() ? default_cache : options.cache, Spilled{vectors, tables});
  if (options.max_memory == 0) return;
  if (options.max_memory < kLeastMemory)
    throw usage_error("--max-memory: got {}, need at least {} for any table",
                      binary_bytes_text(options.max_memory), binary_bytes_text(kLeastMemory));
  limit_.emplace(options.max_memory);
}

size_t parameter_bytes(const ModelSpec& model, const TrainSpec& training) {
  const auto& early = training.settings.early_stopping;
  const bool mapped = training.settings.table_storage == TableStorage::mapped;
  const size_t copies = 1 + slot_names(training.settings.optimizer).size() + (early && early->restore_best);
  std::unordered_set<std::string> shared;
  size_t bytes = 0;
  for (const Node& node : model.nodes) {
    for (const ParameterSpec& parameter : node.layer->plan(model.widths(node.inputs)).parameters) {
      if (!parameter.shared.empty() && !shared.insert(parameter.shared).second) continue;
      if (parameter.table && mapped) continue;
      bytes += parameter.rows * parameter.cols * sizeof(float) * copies;
    }
  }
  return bytes;
}

void check_parameters_fit(const ModelSpec& model, const TrainSpec& training) {
  const size_t limit = private_memory_limit();
  if (limit == SIZE_MAX) return;
  const size_t need = parameter_bytes(model, training), used = private_memory();
  if (used + need <= limit) return;
  throw usage_error(
      "--max-memory: got {}, but the parameters and the optimizer's state need {}, and {} are in use; give "
      "it "
      "{} or more{}",
      binary_bytes_text(limit), binary_bytes_text(need), binary_bytes_text(used),
      binary_bytes_text(used + need + used / 4),
      training.settings.table_storage == TableStorage::memory ? ", or set training.table_storage = \"mapped\""
                                                              : "");
}

}  // namespace shortlist
