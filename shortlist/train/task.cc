#include "shortlist/train/task.h"

#include <algorithm>

namespace shortlist {
namespace {

Task retrieval_task(const RetrievalConfig& config, const ModelSpec& model, Precision precision) {
  return {.name = "retrieval",
          .weight = config.weight,
          .loss = config.loss.make({.reduction = config.reduction, .precision = precision}),
          .outputs = {.query = model.query, .candidate = model.candidate},
          .top_k = config.top_k};
}

Task ranking_task(const TrainSpec& spec, const ModelSpec& model, size_t i) {
  const RankingConfig& ranking = spec.ranking[i];
  return {.name = "ranking",
          .suffix = spec.ranking.size() > 1 ? " of " + ranking.label : "",
          .weight = ranking.weight,
          .loss = ranking.loss.make(),
          .outputs = {.score = model.rankings[i].node},
          .label = ranking.label,
          .ranking = i,
          .prediction = ranking.loss.prediction(),
          .label_scale = model.rankings[i].scale};
}

}  // namespace

std::vector<Task> make_tasks(const TrainSpec& spec, const ModelSpec& model, Precision precision) {
  std::vector<Task> tasks;
  if (spec.retrieval) tasks.push_back(retrieval_task(*spec.retrieval, model, precision));
  for (size_t i = 0; i < spec.ranking.size(); ++i) tasks.push_back(ranking_task(spec, model, i));
  return tasks;
}

std::vector<int> output_nodes(std::span<const Task> tasks) {
  std::vector<int> nodes;
  for (const Task& task : tasks) {
    for (int node : {task.outputs.query, task.outputs.candidate, task.outputs.score}) {
      if (node < 0) continue;
      SHORTLIST_CHECK(std::ranges::find(nodes, node) == nodes.end());  // a loss overwrites its gradients
      nodes.push_back(node);
    }
  }
  return nodes;
}

void set_outputs(const Task& task, Plan& plan, const Batch& batch, LossBatch& out) {
  const auto output = [&](int node) {
    return node < 0 ? LossOutput() : LossOutput{plan.output(node), plan.output_gradient(node)};
  };
  out.queries = output(task.outputs.query);
  out.candidates = output(task.outputs.candidate);
  out.scores = output(task.outputs.score);
  if (task.has_scores() && !plan.has_row_outputs(task.outputs.score))
    out.rows_of_score = {batch.row_pair().offsets, batch.row_pair().copies};
}

double total_loss(std::span<const Task> tasks, const LossParts& losses) {
  double total = losses.regularization;
  for (size_t t = 0; t < tasks.size(); ++t) total += tasks[t].weight * losses.tasks[t];
  return total;
}

Metrics loss_metrics(std::span<const Task> tasks, const LossParts& losses) {
  Metrics figures = {{"loss", total_loss(tasks, losses)}};
  for (size_t t = 0; t < tasks.size(); ++t) figures.emplace_back(tasks[t].loss_metric(), losses.tasks[t]);
  figures.emplace_back("regularization_loss", losses.regularization);
  return figures;
}

}  // namespace shortlist
