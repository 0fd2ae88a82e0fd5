// Several optimizers, each for some of the parameters, as TensorFlow Recommenders' CompositeOptimizer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shortlist/optim/optimizer.h"

namespace shortlist {

// Whether a pattern of [[training.parts]] means this parameter: its name, in which * stands for any text, or
// one of the words tables, dense, query, items and ranking.
bool means_parameter(std::string_view pattern, std::string_view name, bool table);

// Per parameter: 0, or 1 + the part to which it belongs. Throws a usage Error if a pattern means no
// parameter, or a parameter belongs to two parts.
std::vector<size_t> assign_parts(std::span<const OptimizerPart> parts, std::span<const Trained> parameters);

class CompositeOptimizer : public Optimizer {
 public:
  // Optimizer i has the parameters whose number in `owners` is i.
  CompositeOptimizer(std::span<const OptimizerConfig> configs, std::span<const size_t> owners,
                     std::vector<Trained> parameters);

  double step(ThreadPool& pool, std::span<const double> rates, std::span<const Gradient> gradients,
              AtRows updated, const AtRows* changing) override;
  std::vector<Slot> slots() override;
  size_t slots_a_number(size_t parameter) const override;
  void restored() override;

 private:
  struct Part {
    std::unique_ptr<Optimizer> optimizer;
    std::vector<size_t> parameters;
    std::vector<Gradient> gradients;
  };
  std::vector<Part> parts_;
  std::vector<size_t> owners_;
};

}  // namespace shortlist
