#include "shortlist/model/target_attention.h"

#include "shortlist/layers/combine.h"
#include "shortlist/layers/gather.h"
#include "shortlist/layers/segment_attention.h"
#include "shortlist/layers/subtract.h"

namespace shortlist {

int add_attended_rows(ModelSpec& spec, int pairs, int history) {
  return spec.add_row_set({.name = "attended", .parents = {{pairs, RowRelation::segments}, {history}}});
}

int add_target_attention(ModelSpec& spec, const TargetAttention& settings, const std::string& name,
                         int attended, int history, int candidate) {
  const auto add = [&]<typename L>(const char* what, L layer, std::vector<int> inputs) {
    return spec.add({name + "/" + what, std::make_shared<L>(std::move(layer)), std::move(inputs), attended});
  };
  const int h = add("event", Gather(), {history}), c = add("candidate", Gather(), {candidate});
  int score = -1;
  if (settings.target_attention.empty()) {
    score = add("score", DotInteraction(), {h, c});
  } else {
    const int difference = add("difference", Subtract(), {h, c}),
              product = add("product", Multiply(), {h, c});
    score = add("features", Concat(), {h, c, difference, product});
    for (size_t i = 0; i < settings.target_attention.size(); ++i) {
      Dense dense;
      dense.dense = settings.target_attention[i], dense.activation = settings.activation;
      score = add(i == 0 ? "dense" : fmt::format("dense_{}", i).c_str(), dense, {score});
    }
    Dense dense;
    dense.dense = 1;
    score = add("score", dense, {score});
  }
  SegmentAttention sum;
  sum.softmax = settings.softmax;
  return spec.add({name, std::make_shared<SegmentAttention>(sum), {score, h}, spec.at(candidate).row_set});
}

}  // namespace shortlist
