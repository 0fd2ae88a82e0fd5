// Runs a model, or the part of it that some outputs need, over batches.
#pragma once

#include <memory>
#include <vector>

#include "shortlist/model/batch.h"
#include "shortlist/model/parameters.h"
#include "shortlist/model/plan_options.h"
#include "shortlist/model/step_profile.h"

namespace shortlist {

// Holds the buffers of one batch at a time, so one thread at a time may use it; many plans may share
// parameters. Buffers grow with the largest batch and are kept: steps of a known size do not allocate.
class Plan {
 public:
  Plan(const ModelSpec& spec, Parameters& parameters, PlanOptions options);
  ~Plan();
  Plan(Plan&&) noexcept;
  Plan& operator=(Plan&&) noexcept;

  // Whether layers over these rows, or over segments of them, tell copies of a row apart in training, so that
  // a training batch must list each copy as a row by itself. Of a row set without RowSetSpec::copies.
  bool needs_all_rows(int row_set) const;

  // Output of a given node, for batches to come: rows x width.
  void feed(int node, ConstMatrix output);

  // `key` names the step's random numbers. With `training` batch statistics and dropout are on, if active.
  void forward(ThreadPool& pool, const Batch& batch, bool training = false, uint64_t key = 0);

  // An output of the last forward(). A ranking's has a row for each pair, or for each row of the batch where
  // copies have been told apart: see has_row_outputs().
  Matrix output(int node) const;
  bool has_row_outputs(int node) const;

  // The first node whose output in the last forward() holds a NaN or an infinity; "" when there is none.
  std::string first_not_finite() const;

  // The gradient of the loss by an output; write it before backward().
  Matrix output_gradient(int node);
  // `written` are the outputs whose gradients stand in output_gradient(); the others' are zero. Writes every
  // parameter's gradient, those with two gradient_parts in two parts.
  void backward(ThreadPool& pool, const std::vector<int>& written);

  // From now on times what each layer does.
  void start_profile(int threads);
  // What each layer did in the last batch, and its times since start_profile(), if that was called.
  std::vector<StepPhase> profile() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shortlist
