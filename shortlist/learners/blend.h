// A blend of several kinds of model, with weights that are learned on the validation rows.
#pragma once

#include <optional>
#include <vector>

#include "shortlist/learners/blend_retriever.h"
#include "shortlist/learners/kind.h"

namespace shortlist {

struct BlendSettings {
  static constexpr const char* kind = kBlend;
  static constexpr const char* help =
      "A weighted sum of the scores of other kinds, each with mean 0 and deviation 1 over the items. The "
      "weights are learned on the validation rows";
  std::vector<Value> members;
  std::vector<double> weights;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("members", members,
          "The kinds that are blended, each a table with `kind` and the settings of that kind, written as "
          "[[model.members]]. One of them may be two_tower, which the sections of towers then describe.");
    visit("weights", weights,
          "The weight of each member, instead of learned ones. The default is those with the highest NDCG at "
          "10 of the validation rows.",
          Range::at_least(0));
  }

  // Throws a usage Error for members and weights that make no blend.
  void check(const Value& value, const Where& where) const;
  std::unique_ptr<Learner> make_learner(const LearnerInput& input) const;
  static std::unique_ptr<Retriever> load(const StoredModel& stored);
};

}  // namespace shortlist
