// The settings of an optimizer: [training.optimizer] and that of each of [[training.parts]].
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/optim/schedule.h"

namespace shortlist {

// What happens to table rows that a batch does not touch.
enum class IdleRows {
  decay,  // as in Keras: their moments and weights decay and they keep moving
  skip,   // lazy: they are unchanged
};
template <>
struct EnumNames<IdleRows> {
  static constexpr std::pair<IdleRows, std::string_view> names[] = {{IdleRows::decay, "decay"},
                                                                    {IdleRows::skip, "skip"}};
};

// Exactly one of the optimizers of optimizer_kinds.cc is set; its value is the learning rate. Formulas and
// defaults are Keras's, and TensorFlow Recommenders' for clippy_adagrad.
struct OptimizerConfig {
  std::optional<double> adam, adamw, adagrad, ftrl, sgd, clippy_adagrad, rmsprop, nadam, adamax;
  double beta_1 = 0.9, beta_2 = 0.999, rho = 0.9;
  double epsilon = 1e-7;
  IdleRows idle_rows = IdleRows::decay;
  double initial_accumulator = 0.1;
  bool rowwise = false;
  double momentum = 0;
  bool nesterov = false;
  double learning_rate_power = -0.5, beta = 0, l1_strength = 0, l2_strength = 0, l2_shrinkage = 0;
  double variable_threshold = 0.1, accumulator_threshold = 0, absolute_threshold = 1e-7;
  bool clip_accumulator = false, accumulate_first = false;
  std::optional<double> weight_decay, clip_norm, clip_global_norm, clip_value;
  std::optional<ScheduleConfig> schedule;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("adam", adam, "Learning rate of Adam (Kingma & Ba 2015)", Range::above(0));
    visit("adamw", adamw, "Learning rate of Adam with decoupled weight decay (Loshchilov & Hutter 2019)",
          Range::above(0));
    visit("adagrad", adagrad, "Learning rate of Adagrad (Duchi et al. 2011)", Range::above(0));
    visit("ftrl", ftrl, "Learning rate of FTRL (McMahan et al. 2013)", Range::above(0));
    visit("sgd", sgd, "Learning rate of stochastic gradient descent", Range::above(0));
    visit("clippy_adagrad", clippy_adagrad,
          "Learning rate of Adagrad with adaptive clipping (Tang et al. 2023)", Range::above(0));
    visit("rmsprop", rmsprop, "Learning rate of RMSprop (Tieleman & Hinton 2012)", Range::above(0));
    visit("nadam", nadam, "Learning rate of Adam with Nesterov momentum (Dozat 2016)", Range::above(0));
    visit("adamax", adamax, "Learning rate of Adamax (Kingma & Ba 2015, section 7)", Range::above(0));
    visit("beta_1", beta_1, "For adam, adamw, nadam and adamax: weight of the past in the mean of gradients",
          Range::below(0, 1));
    visit("beta_2", beta_2,
          "For adam, adamw and nadam: weight of the past in the mean of squared gradients; for adamax: in "
          "their largest magnitude",
          Range::below(0, 1));
    visit("rho", rho, "For rmsprop: weight of the past in the mean of squared gradients", Range::below(0, 1));
    visit("epsilon", epsilon,
          "For adam, adamw and nadam: added to the root; for adamax: to the magnitude. For adagrad, "
          "clippy_adagrad and rmsprop: added under the root.",
          Range::above(0));
    visit("idle_rows", idle_rows,
          "For adam, adamw, rmsprop, nadam, adamax and weight_decay, table rows that a batch does not use: "
          "decay as in Keras, or skip (lazy)");
    visit("initial_accumulator", initial_accumulator,
          "For adagrad, clippy_adagrad and ftrl: initial value of the sum of squares", Range::at_least(0));
    visit("rowwise", rowwise,
          "For adagrad: keep one sum per table row, of the means of its squared gradients, to save memory");
    visit("momentum", momentum, "For sgd and rmsprop: share of the last update that is kept",
          Range::below(0, 1));
    visit("nesterov", nesterov, "For sgd: use Nesterov momentum");
    visit("learning_rate_power", learning_rate_power,
          "For ftrl: power of the sum of squares in the rate; 0 keeps the rate", Range::between(-1, 0));
    visit("beta", beta, "For ftrl: beta of the paper, which lowers the first rates", Range::at_least(0));
    visit("l1_strength", l1_strength, "For ftrl: strength of l1, which makes weights exactly 0",
          Range::at_least(0));
    visit("l2_strength", l2_strength, "For ftrl: strength of l2", Range::at_least(0));
    visit("l2_shrinkage", l2_shrinkage, "For ftrl: adds 2 l2_shrinkage w to the gradient of used weights",
          Range::at_least(0));
    visit("variable_threshold", variable_threshold,
          "For clippy_adagrad: largest change of a weight, as a share of its magnitude", Range::at_least(0));
    visit("accumulator_threshold", accumulator_threshold,
          "For clippy_adagrad: allows a larger change, by this divided by the root of the sum of squares",
          Range::at_least(0));
    visit("absolute_threshold", absolute_threshold, "For clippy_adagrad: allows a larger change, by this",
          Range::at_least(0));
    visit("clip_accumulator", clip_accumulator,
          "For clippy_adagrad: add the squares of the clipped gradient to the sum");
    visit("accumulate_first", accumulate_first,
          "For clippy_adagrad: add the squares to the sum before the step, as adagrad does, not after it");
    visit("weight_decay", weight_decay,
          "Each step reduces the weights by this share, times the learning rate. The default is 0.004 for "
          "adamw and 0 otherwise. Not for clippy_adagrad.",
          Range::at_least(0));
    visit("clip_norm", clip_norm, "Largest norm of the gradient of a parameter; longer ones are shortened",
          Range::above(0));
    visit("clip_global_norm", clip_global_norm,
          "Largest norm of the gradient of all parameters of this optimizer together", Range::above(0));
    visit("clip_value", clip_value, "Largest magnitude of an element of a gradient", Range::above(0));
    visit("schedule", schedule, "How the learning rate changes during training");
  }

  double learning_rate() const;
  double decay() const { return weight_decay.value_or(adamw ? 0.004 : 0); }
  // The factor of the learning rate; 1 without a schedule.
  double rate_factor(const RunPosition& run) const { return schedule ? schedule_factor(*schedule, run) : 1; }
};

// The names of the optimizers that are set: {"adam"}.
std::vector<std::string> named_optimizers(const OptimizerConfig& config);
// The names of all optimizers, and as a text: "adam, adamw, ... and clippy_adagrad".
std::vector<std::string> all_optimizers();
std::string optimizer_names();
// Throws a usage Error for a setting that differs from its default and that only other optimizers have.
void check_owners(const OptimizerConfig& config);
// Throws a usage Error unless exactly one optimizer is set and the other settings fit it.
void check_optimizer(const OptimizerConfig& config);

// An optimizer for some of the parameters: one of [[training.parts]].
struct OptimizerPart {
  std::vector<std::string> parameters;
  OptimizerConfig optimizer;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit(
        "parameters", parameters,
        "Which parameters: names, in which * matches any text, such as \"query/*\"; or tables, all "
        "embedding tables; dense, all others; query, items and ranking, those of a tower or of the ranking");
    visit("optimizer", optimizer, "Their optimizer, with the settings of training.optimizer");
  }
};

}  // namespace shortlist
