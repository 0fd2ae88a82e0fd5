// Updates parameters from gradients.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/math/matrix.h"
#include "shortlist/optim/optimizer_config.h"

namespace shortlist {

// A parameter and its gradient as an optimizer sees them. For a table, `gradient` has one row per entry of
// `touched`. `second` is another part of the gradient, or has no data; tables have none.
struct Trained {
  std::string name;
  Matrix value;
  bool table = false;
  float l1 = 0, l2 = 0, row_l2 = 0;  // row_l2: tables only, over the rows that a step touches
};
struct Gradient {
  Matrix gradient;
  std::span<const uint32_t> touched = {};
  ConstMatrix second = {};
};

// Called on any thread for ranges of rows while they are in cache.
using AtRows = FunctionRef<void(size_t parameter, RowRange rows)>;

// The state is a set of named matrices, so that training can be resumed.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  // Adds the regularisers' gradients (l1 sum|w| + l2 sum w^2), clips them as the config says, then updates
  // all values. Returns the sum of the penalties before the update. `rates` has one learning rate, or one per
  // config that make_optimizer() got. `gradients` correspond to its parameters. Calls `updated` for ranges of
  // updated rows of parameters that are not tables, which begin at a multiple of kRowsAtOnce, and `changing`,
  // if any, for rows of tables before they change.
  static constexpr size_t kRowsAtOnce = 16;
  virtual double step(ThreadPool& pool, std::span<const double> rates, std::span<const Gradient> gradients,
                      AtRows updated, const AtRows* changing = nullptr) = 0;
  double step(ThreadPool& pool, double rate, std::span<const Gradient> gradients) {
    const auto nothing = [](size_t, RowRange) {};
    return step(pool, {&rate, 1}, gradients, AtRows(nothing));
  }

  struct Slot {
    std::string name;  // "query/dense/kernel/m"
    Matrix values;
  };
  virtual std::vector<Slot> slots() = 0;
  virtual size_t slots_a_number(size_t parameter) const = 0;
  int64_t steps = 0;  // number of steps taken
  // Call after slots have been filled from a checkpoint.
  virtual void restored() {}
};

// The slots of each parameter: {"m", "v"} for Adam.
std::vector<std::string> slot_names(const OptimizerConfig& config);

// Whether rows of tables that no batch touches any more keep moving: each step then visits all rows touched
// so far.
bool visits_idle_rows(const OptimizerConfig& config);

// Throws a usage Error if check_optimizer() does. `values` must not move.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, std::vector<Trained> parameters);
// The parameters of each part have its optimizer, all others have `config`'s. rates[0] of a step is that of
// `config`, the parts' rates follow. Throws a usage Error if a part has no parameter, or a parameter two
// parts.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, std::span<const OptimizerPart> parts,
                                          std::vector<Trained> parameters);

}  // namespace shortlist
