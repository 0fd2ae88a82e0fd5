// Updates parameters from gradients.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/base/threads.h"
#include "shortlist/math/matrix.h"

namespace shortlist {

// How Adam treats table rows that a batch does not touch.
enum class IdleRows {
  decay,  // as in Keras: their moments decay and they keep moving
  skip,   // lazy: they are unchanged
};
template <>
struct EnumNames<IdleRows> {
  static constexpr std::pair<IdleRows, std::string_view> names[] = {{IdleRows::decay, "decay"},
                                                                    {IdleRows::skip, "skip"}};
};

// Exactly one of adam, adagrad and sgd is set; its value is the learning rate. Formulas and defaults are
// Keras's.
struct OptimizerConfig {
  std::optional<double> adam, adagrad, sgd;
  double beta_1 = 0.9, beta_2 = 0.999;
  double epsilon = 1e-7;
  IdleRows idle_rows = IdleRows::decay;
  double initial_accumulator = 0.1;
  bool rowwise = false;
  double momentum = 0;
  bool nesterov = false;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("adam", adam, "Learning rate of Adam (Kingma & Ba 2015)", Range::above(0));
    visit("adagrad", adagrad, "Learning rate of Adagrad (Duchi et al. 2011)", Range::above(0));
    visit("sgd", sgd, "Learning rate of stochastic gradient descent", Range::above(0));
    visit("beta_1", beta_1, "For adam: weight of the past in the mean of gradients", Range::below(0, 1));
    visit("beta_2", beta_2, "For adam: weight of the past in the mean of squared gradients",
          Range::below(0, 1));
    visit("epsilon", epsilon, "For adam: added to the root. For adagrad: added under the root.",
          Range::above(0));
    visit("idle_rows", idle_rows,
          "For adam, table rows that a batch does not use: decay as in Keras, or skip (lazy)");
    visit("initial_accumulator", initial_accumulator, "For adagrad: initial value of the sum of squares",
          Range::at_least(0));
    visit("rowwise", rowwise,
          "For adagrad: keep one sum per table row, of the means of its squared gradients, to save memory");
    visit("momentum", momentum, "For sgd: share of the last update that is kept", Range::below(0, 1));
    visit("nesterov", nesterov, "For sgd: look ahead along the momentum");
  }
  double learning_rate() const { return adam.value_or(adagrad.value_or(sgd.value_or(0))); }
};

// A parameter and its gradient as an optimizer sees them. For a table, `gradient` has one row per entry of
// `touched`. `second` is another part of the gradient, or has no data; tables have none.
struct Trained {
  std::string name;
  Matrix value;
  bool table = false;
  float l1 = 0, l2 = 0;
};
struct Gradient {
  Matrix gradient;
  std::span<const uint32_t> touched = {};
  ConstMatrix second = {};
};

// The state is a set of named matrices, so that training can be resumed.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  // Adds the regularisers' gradients (l1 sum|w| + l2 sum w^2), then updates all values. Returns the sum of
  // the penalties before the update. `gradients` correspond to the parameters given to make_optimizer();
  // those of tables are modified. Calls `updated` on any thread for ranges of updated rows of parameters that
  // are not tables, while they are in cache. Ranges begin at a multiple of kRowsAtOnce.
  using AtRows = FunctionRef<void(size_t parameter, RowRange rows)>;
  static constexpr size_t kRowsAtOnce = 16;
  virtual double step(ThreadPool& pool, double learning_rate, std::span<const Gradient> gradients,
                      AtRows updated) = 0;
  double step(ThreadPool& pool, double learning_rate, std::span<const Gradient> gradients) {
    const auto nothing = [](size_t, RowRange) {};
    return step(pool, learning_rate, gradients, AtRows(nothing));
  }

  struct Slot {
    std::string name;  // "query/dense/kernel/m"
    Matrix values;
  };
  virtual std::vector<Slot> slots() = 0;
  virtual size_t slots_a_number() const = 0;
  int64_t steps = 0;  // number of steps taken
  // Call after slots have been filled from a checkpoint.
  virtual void restored() {}
};

// The slots of each parameter: {"m", "v"} for Adam.
std::vector<std::string> slot_names(const OptimizerConfig& config);

// Throws a usage Error unless exactly one optimizer is set. `values` must not move.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, std::vector<Trained> parameters);

}  // namespace shortlist
