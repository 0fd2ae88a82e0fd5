// Averages of the weights during training, which are evaluated and kept in place of the weights themselves.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/optim/optimizer.h"

namespace shortlist {

enum class AverageKind {
  exponential,  // after each step: average = momentum * average + (1 - momentum) * w (Keras's use_ema)
  stochastic,   // the mean of the weights at the ends of the last epochs (Izmailov et al. 2018)
};
template <>
struct EnumNames<AverageKind> {
  static constexpr std::pair<AverageKind, std::string_view> names[] = {
      {AverageKind::exponential, "exponential"}, {AverageKind::stochastic, "stochastic"}};
};

struct AverageConfig {
  AverageKind kind = AverageKind::exponential;
  double momentum = 0.99;
  std::optional<int> from_epoch;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("kind", kind,
          "exponential: a moving average over the steps, as Keras's use_ema. stochastic: the mean over the "
          "ends of epochs.");
    visit("momentum", momentum, "For exponential: weight of the past in the average", Range::below(0, 1));
    visit("from_epoch", from_epoch,
          "For stochastic: first epoch of the mean. The default is three quarters of training.epochs.",
          Range::at_least(1));
  }
};

// Throws a usage Error if the settings do not fit together.
void check_average(const AverageConfig& config);

// A parameter whose values are averaged.
struct Averaged {
  std::string name;
  Matrix value;
  bool table = false;
};

class WeightAverage {
 public:
  virtual ~WeightAverage() = default;

  // Around a step: before rows of a table change, after rows of another parameter have changed, and after all
  // have. The first two are called from any thread, for different rows.
  virtual void before_rows(size_t, RowRange) {}
  virtual void after_rows(size_t, RowRange) {}
  virtual void after_step() {}
  // After the steps of an epoch, 1-based.
  virtual void after_epoch(int) {}

  // Whether before_rows() does anything.
  virtual bool needs_rows() const { return false; }
  // Whether there is an average yet.
  virtual bool begun() const = 0;
  // The average of a parameter, to `out`, of its size.
  virtual void write(size_t parameter, std::span<float> out) const = 0;

  // The averages replace the weights until hide(), which brings the weights back. Only if begun().
  void show();
  void hide();

  // What a checkpoint contains, in addition to the number of steps or epochs in the average.
  virtual std::vector<Optimizer::Slot> slots() = 0;
  int64_t count = 0;

 protected:
  explicit WeightAverage(std::vector<Averaged> parameters) : parameters_(std::move(parameters)) {}
  std::vector<Averaged> parameters_;

 private:
  std::vector<Buffer> hidden_;  // the weights while the averages are shown
};

// `epochs` is the length of the run. `values` must not move. For exponential, the parameters must be those of
// the optimizer.
std::unique_ptr<WeightAverage> make_average(const AverageConfig& config, int epochs,
                                            std::vector<Averaged> parameters);

}  // namespace shortlist
