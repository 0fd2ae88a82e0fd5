// [model], [query], [candidate], [retrieval] and [[ranking]]: the kind of model, the towers and the tasks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/features/time_form.h"
#include "shortlist/index/hnsw_config.h"
#include "shortlist/losses/ranking_losses.h"
#include "shortlist/losses/retrieval_losses.h"
#include "shortlist/model/attribute.h"

namespace shortlist {

// The kind that [query], [candidate], [retrieval] and [[ranking]] describe. Other kinds are in
// learners/kinds.cc.
inline constexpr const char* kTwoTower = "two_tower";

// [model]: the kind of retrieval model. The kind reads its own settings.
struct ModelConfig {
  std::string kind = kTwoTower;
  Value settings{Value::Table{}};  // the section without `kind`

  bool is_two_tower() const { return kind == kTwoTower; }
};

// A column with information about an item that is not an input of the model: to show, to filter by and to
// compare with Jaccard similarity.
struct AttributeConfig {
  static constexpr const char* shorthand = "column";
  std::string column;
  std::optional<AttributeKind> kind;
  std::optional<std::string> separator;
  std::optional<TimeUnit> unit;
  std::optional<std::string> format;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("column", column, "column of the table; a text instead of a table is this alone");
    visit("kind", kind,
          "text, number, time or list. Not given: list where separator is, where a categories feature reads "
          "the "
          "column, or where all values are lists; else number or time where all values are, else text");
    visit("separator", separator,
          "of a list: between its values; else that of the categories feature, or \",\"");
    visit("unit", unit, "of a time, as a time feature has it; else that of the time feature of the column");
    visit("format", format,
          "of a time, as a time feature has it; else that of the time feature of the column");
  }
};

struct TowerConfig {
  std::string id;
  std::vector<std::string> features;
  std::vector<Value> layers;
  std::vector<AttributeConfig> attributes;
};

struct QueryConfig : TowerConfig {
  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("features", features, "what the query tower sees, side by side in this order");
    visit("layers", layers, "layers of the query tower, first to last");
  }
};

struct CandidateConfig : TowerConfig {
  std::string display, display_image;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("id", id, "the column that tells candidates apart");
    visit(
        "display", display,
        "the column that people know a candidate by, such as its title: it is shown beside the id, and taken "
        "in its place where one candidate alone has it. It is an attribute too");
    visit("display_image", display_image,
          "the column with the URL of a candidate's image, which the web page shows: https, or relative to "
          "the "
          "page. It is an attribute too, but not compared with Jaccard");
    visit("features", features, "what the candidate tower sees, side by side in this order");
    visit("layers", layers, "layers of the candidate tower, first to last");
    visit("attributes", attributes,
          "columns to show beside a candidate, to filter by and to compare with Jaccard: [\"title\", { "
          "column = "
          "\"genres\", separator = \"|\" }]");
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

struct RetrievalConfig {
  RetrievalLoss loss;
  double weight = 1;
  Reduction reduction = Reduction::sum;
  std::string positives;
  bool sampling_correction = false;
  std::vector<int> top_k = {1, 5, 10, 50, 100};
  IndexKind index = IndexKind::exact;
  HnswConfig hnsw;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("loss", loss.kind, "in_batch_softmax: each row's candidate against the batch's others");
    visit("weight", weight, "of this task in the loss", Range::at_least(0));
    visit("reduction", reduction, "over the rows of a batch: sum as TensorFlow Recommenders, or mean");
    loss.fields(visit);
    visit(
        "positives", positives,
        "a column of numbers, such as a label of 0 and 1: retrieval learns from the rows where it is above 0 "
        "and is measured on them, and only these count as seen. The other rows only show candidates that "
        "were not taken. Not given: all rows");
    visit(
        "sampling_correction", sampling_correction,
        "in the loss, subtracts from a score the log of the candidate's share of the training rows: popular "
        "candidates stand in more batches, and without it are ranked too low");
    visit("top_k", top_k, "the k of top_k accuracies", Range::at_least(1));
    visit("index", index,
          "what answers look candidates up in: exact; int8, the same answers from a quarter of the bytes; "
          "bf16, the same from half of them; hnsw, approximate and fastest among many");
    visit("hnsw", hnsw, "settings of index = \"hnsw\"");
  }
};

struct RankingConfig {
  std::string label;
  RankingLoss loss;
  double weight = 1;
  std::optional<bool> standardize_label;
  std::vector<Value> layers;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("label", label, "the column to predict");
    visit("loss", loss.kind, "binary_crossentropy takes labels 0 and 1 and predicts a probability");
    visit("weight", weight, "of this task in the loss", Range::at_least(0));
    loss.fields(visit);
    visit(
        "standardize_label", standardize_label,
        "trains on (label - mean) / deviation of the training rows, so that the label's unit does not decide "
        "how much the task counts. Losses are of the standardised label; metrics, predictions and exports "
        "are in its own unit. true unless it is given; binary_crossentropy takes labels as they are");
    visit("layers", layers, "layers on the query and the candidate, side by side; a last dense = 1 is added");
  }
  bool standardizes() const {
    return loss.prediction() == Prediction::label && standardize_label.value_or(true);
  }
};

}  // namespace shortlist
