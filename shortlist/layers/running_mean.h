// The mean of a segment's rows up to each row: y[j] = sum of w(j - i) x[i] / sum of w(j - i), over the rows i
// <= j of j's segment. w(n) = 1, or with a half-life 2^(-n / half_life). x and y [N,D].
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct RunningMean : LayerOf<RunningMean> {
  static constexpr const char* kKind = "running_mean";

  bool running_mean = true;
  float half_life = 0;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("running_mean", running_mean, "Always true. The mean of the events up to each event.");
    visit(
        "half_life", half_life,
        "Number of events after which an event counts half as much. 0 means that all events count the same.",
        Range::at_least(0));
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.along_segments = true, .keeps_output = false}; }

 private:
  float decay() const;
};

}  // namespace shortlist
