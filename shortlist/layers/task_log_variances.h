// The parameter of learned task weights: log_variance[1,tasks], the s of each task. A node with this layer
// only holds the parameter; no node reads it, and the training step computes its gradient. Kendall et al.
// 2018, eq. (7).
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct TaskLogVariances : LayerOf<TaskLogVariances> {
  static constexpr const char* kKind = "task_log_variances";

  int tasks = 1;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("tasks", tasks, "Number of tasks", Range::at_least(1));
  }
  LayerPlan plan(std::span<const int> widths) const override {
    expect_inputs(widths, 0);
    return {.width = tasks,
            .parameters = {{.name = "log_variance", .rows = 1, .cols = static_cast<size_t>(tasks)}}};
  }
  void forward(const Pass&, RowRange, Scratch&) const override {}
  void backward(const Pass&, RowRange, Scratch&) const override {}
};

}  // namespace shortlist
