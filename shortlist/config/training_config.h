// [training].
#pragma once

#include <optional>
#include <string>

#include "shortlist/base/fields.h"
#include "shortlist/math/panels.h"
#include "shortlist/optim/optimizer.h"

namespace shortlist {

// Monitors the quality of served lists: for a model with retrieval whose query identifies its user, the NDCG
// of users' lists at the k of top_k nearest to 10, without seen items unless recommend.seen = "keep";
// otherwise the loss.
inline constexpr const char* kServedMonitor = "auto";
constexpr const char* kMonitorHelp =
    "the validation figure to watch: loss, rmse, top_10, unseen_ndcg@10, ...; auto: of a model with "
    "retrieval whose query tells data.user, the NDCG of users' lists as they are served; else loss";

struct PlateauConfig {
  std::string monitor = kServedMonitor;
  int patience = 10;
  double factor = 0.1, min_delta = 1e-4;
  int cooldown = 0;
  double minimum = 0;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("monitor", monitor, kMonitorHelp);
    visit("patience", patience, "epochs without gain before the learning rate falls", Range::at_least(0));
    visit("factor", factor, "what the learning rate is multiplied with", Range::inside(0, 1));
    visit("min_delta", min_delta, "the least change that counts as gain", Range::at_least(0));
    visit("cooldown", cooldown, "epochs to wait after a fall", Range::at_least(0));
    visit("minimum", minimum, "the learning rate does not fall below", Range::at_least(0));
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
    visit("patience", patience, "epochs without gain before training stops", Range::at_least(0));
    visit("min_delta", min_delta, "the least change that counts as gain", Range::at_least(0));
    visit("restore_best", restore_best, "end with the weights of the best epoch");
  }
};

template <>
struct EnumNames<Precision> {
  static constexpr std::pair<Precision, std::string_view> names[] = {
      {Precision::float32, "float32"}, {Precision::bf16x3, "bf16x3"}, {Precision::bf16, "bf16"}};
};

struct TrainingConfig {
  int epochs = 10;
  int batch = 2048;
  int64_t seed = 42;
  Precision precision = Precision::float32;
  OptimizerConfig optimizer;
  std::optional<PlateauConfig> reduce_on_plateau;
  std::optional<EarlyStoppingConfig> early_stopping;
  bool keras_compatible = false;
  bool refit = false;
  bool tensorboard = true;
  int keep_checkpoints = 2;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("epochs", epochs, "passes over the training rows, at most", Range::at_least(1));
    visit("batch", batch, "rows of a step", Range::at_least(1));
    visit("seed", seed, "of initial weights, shuffles and dropout");
    visit(
        "precision", precision,
        "of the products of a step: float32; bf16x3 (16 bits of each number) on processors with matrix tiles "
        "(Intel's AMX); bf16 (8 bits) there and on AMD's from Zen 4 on. Weights, sums and evaluation are "
        "float32");
    visit("optimizer", optimizer,
          "{ adam = 0.001 }, { adagrad = 0.1 } or { sgd = 0.01 }, the number is the learning rate");
    visit("reduce_on_plateau", reduce_on_plateau, "lowers the learning rate when validation does not gain");
    visit("early_stopping", early_stopping, "stops when validation does not gain");
    visit("keras_compatible", keras_compatible,
          "as TensorFlow Recommenders' notebooks run: batch_norm and dropout inert, the same batches every "
          "epoch");
    visit("refit", refit,
          "in the end, train a new model on the training and the validation rows: for as many epochs as were "
          "best, or as there were, with the learning rates that they had");
    visit("tensorboard", tensorboard, "write TensorBoard's event files");
    visit("keep_checkpoints", keep_checkpoints,
          "checkpoints of the last so many epochs stay, and the best; 0: all", Range::at_least(0));
  }
};

}  // namespace shortlist
