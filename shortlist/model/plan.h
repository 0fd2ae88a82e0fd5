// Runs a model, or the part that some outputs need, on batches.
#pragma once

#include <memory>
#include <vector>

#include "shortlist/model/batch.h"
#include "shortlist/model/parameters.h"
#include "shortlist/model/plan_options.h"
#include "shortlist/model/step_profile.h"

namespace shortlist {

// Has the buffers of one batch at a time, so only one thread at a time may use it. Many plans may share
// parameters. Buffers grow with the largest batch and are kept: steps of a known size do not allocate.
class Plan {
 public:
  Plan(const ModelSpec& spec, Parameters& parameters, PlanOptions options);
  ~Plan();
  Plan(Plan&&) noexcept;
  Plan& operator=(Plan&&) noexcept;

  // Whether layers over these rows, or over segments of them, distinguish copies of a row in training, so
  // that a training batch must list each copy as a separate row. Only for a row set without
  // RowSetSpec::copies.
  bool needs_all_rows(int row_set) const;

  // Sets the output of a fed node for the following batches: rows x width.
  void feed(int node, ConstMatrix output);

  // For batches in parts: the following batches are parts of a whole, and `parts` is their number. Each part
  // has a plan of its own; the first on a machine keeps the moving statistics.
  void compute_in_parts(size_t parts, bool keeps_statistics);
  // These do what forward() and backward() do, up to the next place where a layer needs the whole batch. They
  // return what this part contributes there; call again with what all parts contribute, in their order, until
  // nothing is returned.
  std::span<const float> begin_forward(ThreadPool& pool, const Batch& batch, bool training, uint64_t key);
  std::span<const float> continue_forward(ThreadPool& pool, std::span<const float> joined);
  std::span<const float> begin_backward(ThreadPool& pool, const std::vector<int>& written);
  std::span<const float> continue_backward(ThreadPool& pool, std::span<const float> joined);

  // `key` identifies the step's random numbers. With `training`, batch statistics and dropout are on, if
  // active.
  void forward(ThreadPool& pool, const Batch& batch, bool training = false, uint64_t key = 0);

  // An output of the last forward(). A ranking's has one row per pair, or one per batch row if copies are
  // kept apart: see has_row_outputs().
  Matrix output(int node) const;
  bool has_row_outputs(int node) const;

  // The first node whose output in the last forward() has a NaN or an infinity; "" if there is none.
  std::string first_not_finite() const;

  // The gradient of the loss with respect to an output. Write it before calling backward().
  Matrix output_gradient(int node);
  // `written` lists the outputs whose output_gradient() is set; the others' gradients are zero. Writes every
  // parameter's gradient, in two parts if spec.gradient_parts == 2.
  void backward(ThreadPool& pool, const std::vector<int>& written);

  // Starts measuring the time of each layer.
  void start_profile(int threads);
  // The work of each layer in the last batch, and its times since start_profile() if that was called.
  std::vector<StepPhase> profile() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shortlist
