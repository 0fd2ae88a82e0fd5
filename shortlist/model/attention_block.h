// The composite { self_attention = D } of a list of layers: blocks of causal self-attention and a
// feed-forward network along a history, as in SASRec (Kang & McAuley 2018).
#pragma once

#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/layers/dense.h"

namespace shortlist {

// Where a block normalises its rows, with A the attention's sublayer, F the network and N a layer_norm:
// sasrec: q = N(x), y = q + A(q; x), f = N(y), f + F(f), as in the paper's code and in RecTools: queries are
//   normalised and keys and values are not. pre: y = x + A(N(x)), y + F(N(y)). post: y = N(x + A(x)), N(y +
//   F(y)). sasrec and pre end with a layer_norm after the last block.
enum class AttentionNorm { sasrec, pre, post };
template <>
struct EnumNames<AttentionNorm> {
  static constexpr std::pair<AttentionNorm, std::string_view> names[] = {
      {AttentionNorm::sasrec, "sasrec"}, {AttentionNorm::pre, "pre"}, {AttentionNorm::post, "post"}};
};

struct AttentionBlock {
  int self_attention = 64, heads = 1, hidden = 0;
  float dropout = 0;
  Activation activation = Activation::relu;
  AttentionNorm norm = AttentionNorm::sasrec;
  float epsilon = 1e-5f;
  int repeat = 1;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("self_attention", self_attention, "Width of the blocks and of their input",
          Range::between(1, kMostWidth));
    visit("heads", heads, "Heads of the attention; they must divide the width", Range::between(1, 1024));
    visit("hidden", hidden, "Units between the two dense layers of the network. 0 means the width.",
          Range::between(0, kMostWidth));
    visit("dropout", dropout, "Rate, for the attention's weights and after each dense layer",
          Range::below(0, 1));
    visit("activation", activation, "Activation between the two dense layers of the network");
    visit("norm", norm,
          "sasrec: normalises the queries and the network's input, and adds the normalised rows; pre: "
          "normalises the input of both parts and adds the rows as they are; post: normalises the sums");
    visit("epsilon", epsilon, "Added to the variance in the layer_norms", Range::above(0));
    visit("repeat", repeat, "Number of blocks, one after the other", Range::between(1, 1000));
  }

  // The layers in order. Input i of a layer is the output of the layer back[i] places before it, where the
  // first layer comes after the block's input.
  struct Step {
    LayerPtr layer;
    std::vector<int> back = {1};
  };
  std::vector<Step> steps() const;
};

}  // namespace shortlist
