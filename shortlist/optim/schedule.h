// How a learning rate changes during training: [training.optimizer.schedule].
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "shortlist/base/fields.h"

namespace shortlist {

enum class ScheduleKind {
  constant,
  linear,       // to the share `end`, over `length`; Keras's PolynomialDecay of power 1
  cosine,       // the same along half a cosine (Loshchilov & Hutter 2017); Keras's CosineDecay
  step,         // times `factor` after each `every`, or at each of `at`; Keras's staircase
  exponential,  // factor^(t / every); Keras's ExponentialDecay
};
template <>
struct EnumNames<ScheduleKind> {
  static constexpr std::pair<ScheduleKind, std::string_view> names[] = {
      {ScheduleKind::constant, "constant"},
      {ScheduleKind::linear, "linear"},
      {ScheduleKind::cosine, "cosine"},
      {ScheduleKind::step, "step"},
      {ScheduleKind::exponential, "exponential"}};
};

enum class ScheduleUnit { steps, epochs };
template <>
struct EnumNames<ScheduleUnit> {
  static constexpr std::pair<ScheduleUnit, std::string_view> names[] = {{ScheduleUnit::steps, "steps"},
                                                                        {ScheduleUnit::epochs, "epochs"}};
};

struct ScheduleConfig {
  ScheduleKind kind = ScheduleKind::constant;
  ScheduleUnit unit = ScheduleUnit::steps;
  double warm_up = 0, warm_up_from = 0;
  std::optional<double> length;
  double end = 0;
  double factor = 0.1;
  std::optional<double> every;
  std::vector<double> at;

  // Whether the rate goes to the share `end`.
  bool falls() const { return kind == ScheduleKind::linear || kind == ScheduleKind::cosine; }

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("kind", kind,
          "How the learning rate changes after the warm-up: linear and cosine lower it to `end`; step "
          "multiplies it by `factor` at intervals; exponential does so continuously.");
    visit("unit", unit, "Unit of warm_up, length, every and at. Fractions of an epoch are allowed.");
    visit("warm_up", warm_up, "Length of the warm-up, in which the rate rises linearly", Range::at_least(0));
    visit("warm_up_from", warm_up_from, "Share of the learning rate at which the warm-up begins",
          Range::between(0, 1));
    visit("length", length,
          "For linear and cosine: how long the rate falls after the warm-up. The default is to the end of "
          "training.epochs.",
          Range::above(0));
    visit("end", end, "For linear and cosine: share of the learning rate at which it ends",
          Range::between(0, 1));
    visit("factor", factor, "For step and exponential: the rate is multiplied by this once per `every`",
          Range::above(0));
    visit("every", every,
          "For step and exponential: interval between multiplications, counted from the end of the warm-up",
          Range::above(0));
    visit("at", at, "For step, instead of every: where the rate is multiplied, from the start of the run",
          Range::above(0));
  }
};

// Throws a usage Error if the settings do not fit together.
void check_schedule(const ScheduleConfig& schedule);

// Where a run is: how many steps it has taken, of how many.
struct RunPosition {
  double steps = 0;
  double steps_an_epoch = 1;
  double epochs = 1;  // of the whole run
};

// The factor by which the learning rate of the next step is multiplied. Pure: depends only on its arguments.
double schedule_factor(const ScheduleConfig& schedule, const RunPosition& run);

}  // namespace shortlist
