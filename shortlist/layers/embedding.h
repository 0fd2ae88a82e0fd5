// Input layers: they read a feature of the batch.
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

// How the ids of a bag become one vector. An empty bag gives zeros.
// mean: sum / n; sum; sqrtn: sum / sqrt(n). With weights w: sum w x / sum w; sum w x; sum w x / sqrt(sum
// w^2).
enum class Pooling { mean, sum, sqrtn };

template <>
struct EnumNames<Pooling> {
  static constexpr std::pair<Pooling, std::string_view> names[] = {
      {Pooling::mean, "mean"}, {Pooling::sum, "sum"}, {Pooling::sqrtn, "sqrtn"}};
};

// Maps ids to pooled rows of a table: embeddings[ids,dim], y[B,dim]. Ids must be in the table.
struct Embedding : LayerOf<Embedding> {
  static constexpr const char* kKind = "embedding";

  int dim = 32;
  Pooling pooling = Pooling::mean;
  Initializer initializer = Initializer::uniform;
  float initializer_scale = 1;
  float l2 = 0, row_l2 = 0;
  double half_life = 0, item_dropout = 0;
  int32_t ids = 0;  // rows of the table; set from the fitted feature
  // Only the id at this place of a row's ids is read, without weights. -1: all of them.
  int place = -1;
  // If set, the ids are not combined: y[B,slots*(dim+1)] has the last `slots` ids, each as its embedding and
  // a 0, followed by slots without an id, which are zeros and kNoId.
  int slots = 0;
  static constexpr float kNoId = -1e9f;
  std::string table;  // nodes of a model with the same name here share one table

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("dim", dim, "Columns of the feature's embedding table", Range::between(1, kMostWidth));
    visit("pooling", pooling,
          "How the embeddings of a row's ids are combined. A row without ids gets zeros.");
    visit("initializer", initializer, "Initializer of the table");
    visit("initializer_scale", initializer_scale, "Factor by which the initial values are multiplied",
          Range::at_least(0));
    visit("l2", l2, "Adds l2 sum E^2, over the whole table, to the loss", Range::at_least(0));
    visit("row_l2", row_l2,
          "Adds row_l2 sum E^2, over the rows that the batch looks up, each once, to the loss: frequent rows "
          "shrink more often, and a step costs no more",
          Range::at_least(0));
    visit("half_life", half_life,
          "Weights the ids of a row by their age: 1 for the last, and half as much for one that is this many "
          "places before it. 0 means that all count the same.",
          Range::at_least(0));
    visit("item_dropout", item_dropout, "Share of a row's ids that each training step leaves out, at random",
          Range::below(0, 1));
    visit("table", table,
          "Name of an embedding table that several features share. They have the same kind and settings, and "
          "their vocabulary is fitted on the columns of all of them. The default is a table of its own; a "
          "history shares that of the feature that it reads.");
  }

  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass&, RowRange, Scratch&) const override {}
  // Lists the table rows that this batch looks up, and which batch rows look up each.
  void prepare(const Pass& pass, Scratch& scratch) const override;
  size_t gradient_tasks(const Pass& pass) const override;
  void write_gradients(const Pass& pass, size_t task, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.prepares = true}; }

 private:
  void forward_slots(const Pass& pass, RowRange rows) const;
  void write_gradients_of_slots(const Pass& pass, RowRange touched) const;
};

// Passes numbers through: y[B,width].
struct Numbers : LayerOf<Numbers> {
  static constexpr const char* kKind = "numbers";

  int width = 1;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("width", width, "Columns of the feature", Range::between(1, kMostWidth));
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass&, RowRange, Scratch&) const override {}
};

}  // namespace shortlist
