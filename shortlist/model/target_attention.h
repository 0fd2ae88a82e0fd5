// Attention of a pair's candidate to the events of its query's history, for rankings (DIN, Zhou et al. 2018).
// It consists of other layers over a row set of its own, whose rows are (pair, event), so that the score of
// an event is a network's output like any other. The rows of a pair are a segment. Each row shows a row of
// the history ("attended" rows), or a slot of the pair (ModelSpec::slots).
#pragma once

#include <string>
#include <vector>

#include "shortlist/layers/dense.h"
#include "shortlist/model/spec.h"

namespace shortlist {

struct TargetAttention {
  std::vector<int> hidden = {32};
  Activation activation = Activation::sigmoid;
  bool softmax = false;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("hidden", hidden,
          "Units of the hidden layers of the network that scores an event from its vector h and the "
          "candidate's c: [h, c, h - c, h * c]. Empty: the score is the dot product of h and c.",
          Range::between(1, kMostWidth));
    visit("activation", activation, "Of the hidden layers");
    visit("softmax", softmax,
          "Whether the weights of a history's events are the softmax of their scores. DIN takes the scores.");
  }
};

// Adds a row set with the parents `pairs`, whose segments its rows are, and `history`.
int add_attended_rows(ModelSpec& spec, int pairs, int history);

// Adds nodes that are named `name`/... and returns the last, over the pairs' rows: the weighted sum of the
// vectors of the attended events, zeros for an empty history. `history` and `candidate` are nodes over the
// parents' rows, of one width.
int add_target_attention(ModelSpec& spec, const TargetAttention& settings, const std::string& name,
                         int attended, int history, int candidate);

// The same for slots, which are the rows `attended` of the pairs: `history` is a node over the pairs' rows
// whose columns are the output of an Embedding with slots.
int add_slot_attention(ModelSpec& spec, const TargetAttention& settings, const std::string& name,
                       int attended, int history, int candidate);

}  // namespace shortlist
