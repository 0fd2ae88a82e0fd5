// The training tasks of a model: each has a loss, a weight, and the model outputs that the loss reads.
// Training and evaluation loop over tasks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shortlist/config/train_spec.h"
#include "shortlist/losses/loss.h"
#include "shortlist/metrics/history.h"
#include "shortlist/model/plan.h"

namespace shortlist {

// Nodes of a ModelSpec, or -1 for none. A node may be an output of only one task.
struct TaskOutputs {
  int query = -1, candidate = -1, score = -1;
};

struct Task {
  std::string name;    // "retrieval" or "ranking"
  std::string suffix;  // suffix of its metrics: " of LABEL" if several tasks have this name, else ""
  double weight = 1;
  LossPtr loss;
  TaskOutputs outputs;
  std::vector<int> top_k;  // for tasks with embeddings: the k of the metrics
  // For tasks with scores: the label, the position of its output in the model's rankings, and the type of
  // prediction.
  std::string label;
  size_t ranking = 0;
  Prediction prediction = Prediction::label;
  LabelScale label_scale;

  bool has_embeddings() const { return outputs.query >= 0; }
  bool has_scores() const { return outputs.score >= 0; }
  std::string figure(std::string_view of) const { return std::string(of) + suffix; }
  std::string loss_metric() const { return name + "_loss" + suffix; }
};

// The tasks of a training. `precision` is that of the matrix products in the losses.
std::vector<Task> make_tasks(const TrainSpec& spec, const ModelSpec& model,
                             Precision precision = Precision::float32);

// The outputs of all tasks, which a plan must compute.
std::vector<int> output_nodes(std::span<const Task> tasks);

// Sets the outputs of a task's batch to those of a plan after its forward pass. The loss writes its gradients
// into the plan.
void set_outputs(const Task& task, Plan& plan, const Batch& batch, LossBatch& out);

// The parts of a model's loss.
struct LossParts {
  std::vector<double> tasks;  // for each task, before its weight
  double regularization = 0;
};
// The weighted sum of the tasks' losses, plus the regularisation.
double total_loss(std::span<const Task> tasks, const LossParts& losses);
// "loss" (the total), "retrieval_loss", "ranking_loss", ..., "regularization_loss".
Metrics loss_metrics(std::span<const Task> tasks, const LossParts& losses);

}  // namespace shortlist
