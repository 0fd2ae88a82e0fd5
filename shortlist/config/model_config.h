// [model], [retrieval] and [[ranking]]: the kind of model and its tasks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/index/hnsw_config.h"
#include "shortlist/losses/ranking_losses.h"
#include "shortlist/losses/retrieval_losses.h"
#include "shortlist/model/target_attention.h"

namespace shortlist {

// The kind that [query], [items], [retrieval] and [[ranking]] describe. Other kinds are in
// learners/kinds.cc.
inline constexpr const char* kTwoTower = "two_tower";
// Two towers whose layers follow from the features (config/factorization_machine.h).
inline constexpr const char* kFactorizationMachine = "factorization_machine";
// The kind that is made of others, its members.
inline constexpr const char* kBlend = "blend";

// [model]: the kind of retrieval model. The kind reads its own settings.
struct ModelConfig {
  std::string kind = kTwoTower;
  Value settings{Value::Table{}};  // the section without `kind`
  Value written{Value::Table{}};   // the section as read, and its place in the config, for messages
  Where where;

  // Whether the kind is described by the sections of towers, which retrieve.
  bool is_two_tower() const { return kind == kTwoTower || kind == kFactorizationMachine; }
  // The same, or a blend with such a member.
  bool retrieves_by_towers() const;
};

// The settings of kFactorizationMachine.
struct FactorizationMachineSettings {
  int factors = 32;
  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("factors", factors, "Width of the vector of each value of a feature", Range::between(1, 4096));
  }
};

enum class IndexKind { exact, bf16, int8, hnsw };
template <>
struct EnumNames<IndexKind> {
  static constexpr std::pair<IndexKind, std::string_view> names[] = {{IndexKind::exact, "exact"},
                                                                     {IndexKind::bf16, "bf16"},
                                                                     {IndexKind::int8, "int8"},
                                                                     {IndexKind::hnsw, "hnsw"}};
};

// Where the item shares for sampling_correction come from.
enum class SamplingEstimate { counts, streaming };
template <>
struct EnumNames<SamplingEstimate> {
  static constexpr std::pair<SamplingEstimate, std::string_view> names[] = {
      {SamplingEstimate::counts, "counts"}, {SamplingEstimate::streaming, "streaming"}};
};

struct RetrievalConfig {
  RetrievalLoss loss;
  double weight = 1;
  Reduction reduction = Reduction::sum;
  std::string positives;
  bool sampling_correction = false;
  SamplingEstimate sampling_estimate = SamplingEstimate::counts;
  double streaming_rate = 0.01;
  std::vector<int> top_k = {1, 5, 10, 50, 100};
  IndexKind index = IndexKind::exact;
  HnswConfig hnsw;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("loss", loss.kind,
          "Loss of this task. in_batch_softmax compares each row's item with the other items of the batch, "
          "full_softmax with all items, the others with sampled items (see `negatives`).");
    visit("weight", weight, "Weight of this task in the loss", Range::at_least(0));
    visit("reduction", reduction,
          "How the losses of a batch's rows are combined: sum, as in TensorFlow Recommenders, or mean");
    loss.fields(visit);
    visit("positives", positives,
          "Column of numbers, such as a label of 0 and 1. Retrieval learns only from the rows where it is "
          "above 0 and is measured only on them, and only they count as seen. The other rows only show items "
          "that were not taken. The default is all rows.");
    visit(
        "sampling_correction", sampling_correction,
        "In the loss, subtract from each score the log of the item's share of the training rows. Without it, "
        "popular items are ranked too low, because they occur in more batches.");
    visit("sampling_estimate", sampling_estimate,
          "How sampling_correction estimates the shares: counts, the share of all training rows; streaming, "
          "from "
          "the number of rows between two rows with the item (Yi et al. 2019), which follows changes");
    visit("streaming_rate", streaming_rate,
          "Weight of the latest gap in the mean of the gaps of sampling_estimate = \"streaming\"",
          Range::inside(0, 1));
    visit("top_k", top_k, "Values of k for the top_k accuracies", Range::at_least(1));
    visit("index", index,
          "How retrieval searches the items: exact; int8, the same answers from a quarter of the bytes; "
          "bf16, the same from half of them; hnsw, approximate and fastest for many items");
    visit("hnsw", hnsw, "Settings of index = \"hnsw\"");
  }
};

// Attention of a ranking to a history of the query.
struct RankingAttention : TargetAttention {
  std::string history;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("history", history,
          "The history feature of the query, in query.features or query.ranking_features");
    TargetAttention::fields(visit);
  }
};

struct RankingConfig {
  std::string label;
  RankingLoss loss;
  double weight = 1;
  std::optional<bool> standardize_label;
  std::string group;
  std::optional<RankingAttention> target_attention;
  std::vector<Value> layers;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("label", label, "Column to predict");
    visit("loss", loss.kind,
          "Loss of this task. binary_crossentropy takes labels 0 and 1 and predicts a probability.");
    visit("weight", weight, "Weight of this task in the loss", Range::at_least(0));
    loss.fields(visit);
    visit(
        "standardize_label", standardize_label,
        "Train on (label - mean) / deviation, computed from the training rows, so that the label's unit "
        "does not affect the weight of the task. Losses are of the standardised label; metrics, "
        "predictions and exports are in its own unit. The default is true for losses that predict the label "
        "itself; the others take labels as they are.");
    visit(
        "group", group,
        "Column whose equal values make a group of rows. Losses that compare rows compare those of a group, "
        "and training batches then have whole groups. If it is set, NDCG within the groups is measured with "
        "every loss. The default for losses that compare rows is data.user, or the query if there is no "
        "user.");
    visit("target_attention", target_attention,
          "Attention of the candidate to the query's history (DIN): the sum of the history's embeddings, "
          "weighted by how well each fits the candidate. It is appended to the input of the first layer, and "
          "layers can name it target_attention.");
    visit(
        "layers", layers,
        "Layers on the outputs of both towers, concatenated, or on those of [experts]. A last dense layer "
        "with one unit is added, or with one per class. Besides earlier layers, inputs can name query and "
        "item (the towers' outputs), features (both), query_features and item_features (the towers' inputs) "
        "and each feature by its own name.");
  }
  // Whether the order within groups is measured.
  bool has_groups() const { return loss.compares_rows() || !group.empty(); }
  bool standardizes() const {
    return loss.prediction() == Prediction::label && standardize_label.value_or(true);
  }
};

// [experts]: networks that all rankings share, mixed for each ranking by a gate of its own.
struct ExpertsConfig {
  int experts = 4;
  int own_experts = 0;
  int levels = 1;
  std::vector<Value> layers;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("experts", experts, "Experts that all rankings share (MMoE)", Range::between(0, 1'000));
    visit("own_experts", own_experts, "Experts of each ranking alone, in addition (PLE)",
          Range::between(0, 1'000));
    visit("levels", levels,
          "Levels of experts, one after the other. From the second on, the experts of a ranking read that "
          "ranking's mixture of the level before, and shared experts a mixture of all experts.",
          Range::between(1, 100));
    visit("layers", layers, "Layers of each expert, first to last. They read both towers' outputs.");
  }
};

}  // namespace shortlist
