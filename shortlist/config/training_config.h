// [training].
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "shortlist/base/fields.h"
#include "shortlist/math/panels.h"
#include "shortlist/optim/optimizer_config.h"
#include "shortlist/optim/weight_average.h"

namespace shortlist {

// Monitors the quality of served lists: for a model with retrieval whose query identifies its user, the NDCG
// of users' lists at the k of top_k nearest to 10, without seen items unless recommend.seen = "keep";
// otherwise the loss.
inline constexpr const char* kServedMonitor = "auto";
constexpr const char* kMonitorHelp =
    "Validation figure to watch: loss, rmse, top_10, unseen_ndcg@10, ... auto is the NDCG of the users' "
    "lists as they are served, if the model has retrieval and data.user is a feature of the query, and loss "
    "otherwise.";

struct PlateauConfig {
  std::string monitor = kServedMonitor;
  int patience = 10;
  double factor = 0.1, min_delta = 1e-4;
  int cooldown = 0;
  double minimum = 0;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("monitor", monitor, kMonitorHelp);
    visit("patience", patience, "Epochs without improvement before the learning rate is reduced",
          Range::at_least(0));
    visit("factor", factor, "Factor by which the learning rate is multiplied", Range::inside(0, 1));
    visit("min_delta", min_delta, "Smallest change that counts as an improvement", Range::at_least(0));
    visit("cooldown", cooldown, "Epochs to wait after a reduction", Range::at_least(0));
    visit("minimum", minimum, "Lower limit of the learning rate", Range::at_least(0));
  }
};

struct EarlyStoppingConfig {
  std::string monitor = kServedMonitor;
  int patience = 0;
  double min_delta = 0;
  bool restore_best = true;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("monitor", monitor, kMonitorHelp);
    visit("patience", patience, "Epochs without improvement before training stops", Range::at_least(0));
    visit("min_delta", min_delta, "Smallest change that counts as an improvement", Range::at_least(0));
    visit("restore_best", restore_best, "Keep the weights of the best epoch, not of the last");
  }
};

template <>
struct EnumNames<Precision> {
  static constexpr std::pair<Precision, std::string_view> names[] = {
      {Precision::float32, "float32"}, {Precision::bf16x3, "bf16x3"}, {Precision::bf16, "bf16"}};
};

enum class TaskWeights { fixed, learned };
template <>
struct EnumNames<TaskWeights> {
  static constexpr std::pair<TaskWeights, std::string_view> names[] = {{TaskWeights::fixed, "fixed"},
                                                                       {TaskWeights::learned, "learned"}};
};

enum class TableStorage : uint8_t { memory, mapped };
template <>
struct EnumNames<TableStorage> {
  static constexpr std::pair<TableStorage, std::string_view> names[] = {{TableStorage::memory, "memory"},
                                                                        {TableStorage::mapped, "mapped"}};
};

struct TrainingConfig {
  int epochs = 10;
  int batch = 2048, batch_parts = 1;
  int64_t seed = 42;
  Precision precision = Precision::float32;
  OptimizerConfig optimizer;
  std::vector<OptimizerPart> parts;
  std::optional<AverageConfig> average;
  std::optional<PlateauConfig> reduce_on_plateau;
  std::optional<EarlyStoppingConfig> early_stopping;
  bool keras_compatible = false;
  bool refit = false;
  TableStorage table_storage = TableStorage::memory;
  int group_rows = 0;
  TaskWeights task_weights = TaskWeights::fixed;
  bool tensorboard = true;
  int keep_checkpoints = 2;
  int shard_rows = 0;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("epochs", epochs, "Maximum number of passes over the training rows", Range::at_least(1));
    visit("batch", batch, "Rows per step", Range::at_least(1));
    visit("batch_parts", batch_parts,
          "The number of parts in which the gradient of a batch is computed, a power of two. Training over "
          "several ranks deals the parts to the ranks and needs at least one for each; the result depends on "
          "the number of parts, but not on the number of ranks. 1 computes a batch as a whole; train --ranks "
          "then takes 8.",
          Range::between(1, 256));
    visit("seed", seed, "Seed of initial weights, shuffles and dropout");
    visit("precision", precision,
          "Precision of a step's matrix products: float32; bf16x3 (16 bits of each number) on processors "
          "with matrix tiles (Intel's AMX); bf16 (8 bits) on these and on AMD's from Zen 4 on. Weights, sums "
          "and evaluation are always float32.");
    visit("optimizer", optimizer,
          "{ adam = 0.001 }, { adagrad = 0.1 } or { sgd = 0.01 }. The number is the learning rate.");
    visit(
        "parts", parts,
        "Other optimizers for parts of the model. A parameter belongs to one part at most; those of no part "
        "have training.optimizer.");
    visit("average", average,
          "Average the weights during training. The averages are evaluated, monitored and saved.");
    visit("reduce_on_plateau", reduce_on_plateau,
          "Reduce the learning rate when validation does not improve");
    visit("early_stopping", early_stopping, "Stop when validation does not improve");
    visit("keras_compatible", keras_compatible,
          "Train like TensorFlow Recommenders' notebooks: batch_norm and dropout are inactive, and all "
          "epochs have the same batches");
    visit("refit", refit,
          "After training, train a new model on the training and the validation rows, with as many epochs as "
          "the first one kept and with its learning rates");
    visit("group_rows", group_rows,
          "If a ranking's loss compares the rows of a group: the maximum number of rows of a group that an "
          "epoch trains on, drawn anew for each epoch. 0 trains on all.",
          Range::at_least(0));
    visit("task_weights", task_weights,
          "fixed: each task has its weight. learned: the loss of task i is weight_i (loss_i exp(-s_i) + s_i) "
          "with a trained s_i (Kendall et al. 2018).");
    visit("shard_rows", shard_rows,
          "For data larger than memory: the training rows, in the order of the table, are cut into shards of "
          "this many rows, and an epoch shuffles the rows of four random shards at a time. 0 shuffles all "
          "rows together, as does a number that is not less than the rows.",
          Range::at_least(0));
    visit("table_storage", table_storage,
          "Where embedding tables and their optimizer's state are: in memory, or mapped to files in the "
          "folder of the run, of which the system keeps in memory what it can. The results are the same.");
    visit("tensorboard", tensorboard, "Write event files for TensorBoard");
    visit("keep_checkpoints", keep_checkpoints,
          "Number of latest epochs whose checkpoints are kept, in addition to the best one. 0 keeps all.",
          Range::at_least(0));
  }
};

}  // namespace shortlist
