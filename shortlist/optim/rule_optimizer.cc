#include "shortlist/optim/rule_optimizer.h"

namespace shortlist {

double add_penalty(const Trained& parameter, std::span<const float> w, std::span<float> gradient) {
  double total = 0;
  if (parameter.l2 != 0) {
    total += parameter.l2 * static_cast<double>(sum_of_squares(w));
    add_scaled(w, 2 * parameter.l2, gradient);
  }
  if (parameter.l1 != 0) {
    double sum = 0;
    for (size_t i = 0; i < w.size(); ++i) {
      sum += std::abs(w[i]);
      gradient[i] += w[i] > 0 ? parameter.l1 : w[i] < 0 ? -parameter.l1 : 0;
    }
    total += parameter.l1 * sum;
  }
  return total;
}

}  // namespace shortlist
