// A model as a value: named nodes with layers, in topological order.
#pragma once

#include <string>
#include <vector>

#include "shortlist/layers/layer.h"
#include "shortlist/losses/label_scale.h"
#include "shortlist/model/row_set.h"

namespace shortlist {

struct Node {
  std::string name;  // "query/dense_1"; its parameters are "query/dense_1/kernel"
  LayerPtr layer;
  std::vector<int> inputs;
  int row_set = kQueryRows;  // row set of its output
  int feature = -1;          // input layers: index of the feature in the row set's encoded rows
  int width = 0;             // columns of its output; set by add()
};

// What a ranking task reads from a model.
struct RankingOutput {
  std::string label;  // the label that it predicts
  int node = -1;      // one column
  LabelScale scale;   // converts the prediction to the label; the identity unless the label is standardised
};

// A history that layers run along. The rows of `events` are its items, in segments of `sequences`; the
// queries gather from them, as their parent number `place`.
struct HistorySet {
  int feature = -1;  // the history, among the features of the query
  int sequences = -1, events = -1;
  size_t place = 0;
};

// Rows that are slots of the pairs: each pair has `slots` of them.
struct SlotSet {
  int row_set = -1, slots = 0;
};

struct ModelSpec {
  std::vector<RowSetSpec> row_sets = usual_row_sets();
  std::vector<Node> nodes;
  std::vector<HistorySet> histories;
  std::vector<SlotSet> slots;
  int query = -1, candidate = -1;  // the towers' outputs
  // What the rankings read of each query and candidate: these nodes, or the towers' outputs if -1.
  int ranked_query = -1, ranked_candidate = -1;
  std::vector<RankingOutput> rankings;  // one for each ranking task
  int task_weights = -1;  // the node whose parameter has the s of each task, if they are learned

  // Appends a row set. Its parents must already exist. Returns its index.
  int add_row_set(RowSetSpec row_set);
  // Appends the row sets of a history that is this feature of the query.
  HistorySet add_history(const std::string& name, int feature);
  // Appends a row set with this number of rows for each pair, which are its segments. Returns its index.
  int add_slots(const std::string& name, int count);
  // Appends a node and returns its index. Its inputs must already exist. Throws a usage Error with the node's
  // name if the layer does not fit the inputs' widths or row sets, or if the name is taken.
  int add(Node node);
  int ranking_query() const { return ranked_query >= 0 ? ranked_query : query; }
  int ranking_candidate() const { return ranked_candidate >= 0 ? ranked_candidate : candidate; }
  std::vector<int> ranking_nodes() const;
  const Node& at(int node) const { return nodes[static_cast<size_t>(node)]; }
  const RowSetSpec& row_set(int index) const { return row_sets[static_cast<size_t>(index)]; }
  std::vector<int> widths(const std::vector<int>& inputs) const;
};

// Index of `parent` among the parents of a row set, with any relation or with segments; -1 if it is not a
// parent.
int parent_place(const RowSetSpec& row_set, int parent);
int segments_place(const RowSetSpec& row_set, int parent);

// Names of the feature inputs and layers that no output or other node depends on.
std::vector<std::string> unread_nodes(const ModelSpec& spec);

}  // namespace shortlist
