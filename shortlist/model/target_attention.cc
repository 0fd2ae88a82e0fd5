#include "shortlist/model/target_attention.h"

#include "shortlist/layers/combine.h"
#include "shortlist/layers/gather.h"
#include "shortlist/layers/gather_slot.h"
#include "shortlist/layers/segment_attention.h"
#include "shortlist/layers/slice.h"
#include "shortlist/layers/subtract.h"

namespace shortlist {

int add_attended_rows(ModelSpec& spec, int pairs, int history) {
  return spec.add_row_set({.name = "attended", .parents = {{pairs, RowRelation::segments}, {history}}});
}

namespace {

// Adds the nodes of one attention.
class Attention {
 public:
  Attention(ModelSpec& spec, const TargetAttention& settings, std::string name, int attended)
      : spec_(spec), settings_(settings), name_(std::move(name)), attended_(attended) {}

  template <typename L>
  int add(const char* what, L layer, std::vector<int> inputs) {
    return spec_.add(
        {name_ + "/" + what, std::make_shared<L>(std::move(layer)), std::move(inputs), attended_});
  }

  // The score of an event with vector h for a candidate with vector c.
  int score(int h, int c) {
    if (settings_.hidden.empty()) return add("score", DotInteraction(), {h, c});
    const int difference = add("difference", Subtract(), {h, c}),
              product = add("product", Multiply(), {h, c});
    int last = add("features", Concat(), {h, c, difference, product});
    for (size_t i = 0; i < settings_.hidden.size(); ++i) {
      Dense dense;
      dense.dense = settings_.hidden[i], dense.activation = settings_.activation;
      last = add(i == 0 ? "dense" : fmt::format("dense_{}", i).c_str(), dense, {last});
    }
    Dense dense;
    dense.dense = 1;
    return add("score", dense, {last});
  }

  // The weighted sum of the events, over the rows of `pairs`.
  int sum(int score, int h, int pairs) {
    SegmentAttention sum;
    sum.softmax = settings_.softmax;
    return spec_.add({name_, std::make_shared<SegmentAttention>(sum), {score, h}, pairs});
  }

 private:
  ModelSpec& spec_;
  const TargetAttention& settings_;
  const std::string name_;
  const int attended_;
};

}  // namespace

int add_target_attention(ModelSpec& spec, const TargetAttention& settings, const std::string& name,
                         int attended, int history, int candidate) {
  Attention attention(spec, settings, name, attended);
  const int h = attention.add("event", Gather(), {history}),
            c = attention.add("candidate", Gather(), {candidate});
  return attention.sum(attention.score(h, c), h, spec.at(candidate).row_set);
}

int add_slot_attention(ModelSpec& spec, const TargetAttention& settings, const std::string& name,
                       int attended, int history, int candidate) {
  Attention attention(spec, settings, name, attended);
  const int width = spec.at(candidate).width;
  GatherSlot gather;
  gather.width = width + 1;
  const int slot = attention.add("slot", gather, {history});
  const int h = attention.add("event", Slice(0, width), {slot});
  const int c = attention.add("candidate", Gather(), {candidate});
  int score = attention.score(h, c);
  // The vector of an empty slot is zero, so its score counts only in the sum of a softmax.
  if (settings.softmax) {
    const int absent = attention.add("absent", Slice(width, 1), {slot});
    score = attention.add("present_score", Add(), {score, absent});
  }
  return attention.sum(score, h, spec.at(candidate).row_set);
}

}  // namespace shortlist
