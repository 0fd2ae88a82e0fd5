// What a model is trained for: each task has a loss, a weight, and the outputs of the model that the loss
// reads. Whoever trains or evaluates loops over tasks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/losses/loss.h"
#include "shortlist/metrics/history.h"
#include "shortlist/model/plan.h"

namespace shortlist {

// Nodes of a ModelSpec; -1: none. The same node may not be an output of two tasks.
struct TaskOutputs {
  int query = -1, candidate = -1, score = -1;
};

struct Task {
  std::string name;    // "retrieval" or "ranking"
  std::string suffix;  // of its figures: " of LABEL" where several tasks have the name, else ""
  double weight = 1;
  LossPtr loss;
  TaskOutputs outputs;
  std::vector<int> top_k;  // with embeddings: the k of its metrics
  // With scores: the label, its position among Dataset::labels and the model's rankings, and what scores
  // predict.
  std::string label;
  size_t ranking = 0;
  Prediction prediction = Prediction::label;
  LabelScale label_scale;

  bool has_embeddings() const { return outputs.query >= 0; }
  bool has_scores() const { return outputs.score >= 0; }
  std::string figure(std::string_view of) const { return std::string(of) + suffix; }
  std::string loss_metric() const { return name + "_loss" + suffix; }
};

// The tasks of a config. `spec` is its model, and `precision` that of the losses' products.
std::vector<Task> make_tasks(const Config& config, const ModelSpec& spec,
                             Precision precision = Precision::float32);

// The outputs of all tasks, which a plan has to compute.
std::vector<int> output_nodes(std::span<const Task> tasks);

// Sets the outputs of a task's batch to those of a plan that ran it forward. The loss writes its gradients
// into the plan.
void set_outputs(const Task& task, Plan& plan, const Batch& batch, LossBatch& out);

// The parts of a model's loss.
struct LossParts {
  std::vector<double> tasks;  // of each task, before its weight
  double regularization = 0;
};
// The tasks' losses by their weights, and the regularisation.
double total_loss(std::span<const Task> tasks, const LossParts& losses);
// "loss", which is the total, "retrieval_loss", "ranking_loss", ..., "regularization_loss".
Metrics loss_metrics(std::span<const Task> tasks, const LossParts& losses);

}  // namespace shortlist
