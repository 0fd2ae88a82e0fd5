// Losses over groups of rows: the rows of a query or of a user, whose scores are compared with each other.
// A Formula is a value type with its kName, kOverGroups (whether the mean is over the groups or over the rows
// of the batch), and
//   double at(const ScoredGroup& group, double temperature) const;
// which returns the loss of a group and adds its derivatives. Rows with a label below 0 are left out of their
// group, as in keras-rs, but a mean counts them.
#pragma once

#include <vector>

#include "shortlist/losses/loss.h"

namespace shortlist {

// The rows of a group that have a label.
struct ScoredGroup {
  std::span<const double> scores, labels, weights;
  std::span<double> slopes;  // derivatives of the loss by the scores

  size_t size() const { return scores.size(); }
};

class GroupLoss : public Loss {
 public:
  LossNeeds needs() const final { return {.scores = true, .groups = true}; }
  double run(ThreadPool& pool, const LossBatch& batch, double scale) final;
  // Of all rows as one batch, so that no group is divided.
  double held_out(ThreadPool& pool, const HeldOutRows& held_out) final;

 private:
  struct Worker {
    std::vector<double> scores, labels, weights, slopes;
    std::vector<uint32_t> rows;
  };

  virtual double at(const ScoredGroup& group) const = 0;
  virtual bool is_over_groups() const = 0;

  double run_group(const LossBatch& batch, std::span<const uint32_t> rows, Worker& worker);
  void write_gradient(ThreadPool& pool, const LossBatch& batch, double scale) const;

  std::vector<uint32_t> score_of_row_;
  std::vector<double> slope_of_row_, loss_of_group_;
  std::vector<Worker> workers_;
};

template <typename Formula>
class GroupLossOf final : public GroupLoss {
 public:
  GroupLossOf(const Formula& formula, double temperature) : formula_(formula), temperature_(temperature) {}

 private:
  double at(const ScoredGroup& group) const override { return formula_.at(group, temperature_); }
  bool is_over_groups() const override { return Formula::kOverGroups; }

  Formula formula_;
  double temperature_;
};

}  // namespace shortlist
