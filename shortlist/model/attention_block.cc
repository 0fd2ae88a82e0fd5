#include "shortlist/model/attention_block.h"

#include "shortlist/layers/causal_attention.h"
#include "shortlist/layers/combine.h"
#include "shortlist/layers/dropout.h"
#include "shortlist/layers/layer_norm.h"

namespace shortlist {
namespace {

// Appends layers and names earlier ones by their index. Index 0 is the input.
class Steps {
 public:
  explicit Steps(const AttentionBlock& settings) : settings_(settings) {}

  template <typename L>
  int add(L layer, const std::vector<int>& inputs) {
    AttentionBlock::Step step{std::make_shared<L>(std::move(layer)), {}};
    for (int input : inputs) step.back.push_back(last() + 1 - input);
    steps.push_back(std::move(step));
    return last();
  }
  int norm(int input) {
    LayerNorm layer;
    layer.epsilon = settings_.epsilon;
    return add(layer, {input});
  }
  int dense(int units, int input, Activation activation = Activation::linear) {
    Dense layer;
    layer.dense = units, layer.activation = activation;
    return add(layer, {input});
  }
  int drop(int input) {
    if (settings_.dropout == 0) return input;
    Dropout layer;
    layer.dropout = settings_.dropout;
    return add(layer, {input});
  }
  int last() const { return static_cast<int>(steps.size()); }

  // A(queries; others).
  int attend(int queries, int others) {
    const int width = settings_.self_attention;
    std::vector<int> inputs;
    if (queries == others) {
      inputs = {dense(3 * width, queries)};
    } else {
      inputs = {dense(width, queries), dense(width, others), dense(width, others)};
    }
    CausalAttention layer;
    layer.causal_attention = settings_.heads, layer.dropout = settings_.dropout;
    return drop(dense(width, add(layer, inputs)));
  }
  int network(int input) {
    const int width = settings_.self_attention;
    const int hidden = dense(settings_.hidden > 0 ? settings_.hidden : width, input, settings_.activation);
    return drop(dense(width, drop(hidden)));
  }

  std::vector<AttentionBlock::Step> steps;

 private:
  const AttentionBlock& settings_;
};

int sasrec_block(Steps& steps, int x) {
  const int q = steps.norm(x);
  const int y = steps.add(Add(), {q, steps.attend(q, x)});
  const int f = steps.norm(y);
  return steps.add(Add(), {f, steps.network(f)});
}

int pre_norm_block(Steps& steps, int x) {
  const int normed = steps.norm(x);
  const int y = steps.add(Add(), {x, steps.attend(normed, normed)});
  return steps.add(Add(), {y, steps.network(steps.norm(y))});
}

int post_norm_block(Steps& steps, int x) {
  const int y = steps.norm(steps.add(Add(), {x, steps.attend(x, x)}));
  return steps.norm(steps.add(Add(), {y, steps.network(y)}));
}

}  // namespace

std::vector<AttentionBlock::Step> AttentionBlock::steps() const {
  Steps steps(*this);
  int x = 0;
  for (int i = 0; i < repeat; ++i) {
    x = norm == AttentionNorm::sasrec ? sasrec_block(steps, x)
        : norm == AttentionNorm::pre  ? pre_norm_block(steps, x)
                                      : post_norm_block(steps, x);
  }
  if (norm != AttentionNorm::post) steps.norm(x);
  return std::move(steps.steps);
}

}  // namespace shortlist
