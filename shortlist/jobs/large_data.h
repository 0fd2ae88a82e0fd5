// Jobs on data that are larger than memory.
#pragma once

#include <cstddef>
#include <new>
#include <optional>
#include <string>

#include "shortlist/base/error.h"
#include "shortlist/base/memory_limit.h"
#include "shortlist/base/spill.h"
#include "shortlist/config/train_spec.h"
#include "shortlist/model/spec.h"

namespace shortlist {

struct LargeDataOptions {
  std::string cache;      // keep large columns and rows in files of this folder; "": in memory
  size_t max_memory = 0;  // of the process, in bytes, without these files; 0: no limit
};

// A limit needs a folder: `cache`, or `default_cache` if that is "". With `tables`, embedding tables are in
// files too. Throws what SpillFolder and MemoryLimit throw.
class LargeData {
 public:
  LargeData(const LargeDataOptions& options, const std::string& default_cache, bool tables = false);

 private:
  std::optional<SpillFolder> folder_;
  std::optional<MemoryLimit> limit_;
};

// The bytes that a training of the model has in memory for parameters, the optimizer's state and the best
// epoch's parameters.
size_t parameter_bytes(const ModelSpec& model, const TrainSpec& training);

// Throws a usage Error with the figure if these exceed what the process's limit of memory leaves.
void check_parameters_fit(const ModelSpec& model, const TrainSpec& training);

// Runs the work. A failed Error that names the limit replaces std::bad_alloc.
template <typename Work>
auto within_memory(size_t max_memory, Work work) {
  try {
    return work();
  } catch (const SpillFailed& full) {
    throw failed("{}", full.what());
  } catch (const std::bad_alloc&) {
    if (max_memory == 0) throw;
    throw failed(
        "out of memory: the run needs more than --max-memory {}, besides what it keeps in files; give it "
        "more",
        binary_bytes_text(max_memory));
  }
}

}  // namespace shortlist
