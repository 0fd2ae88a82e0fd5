#include "shortlist/learners/kinds.h"

#include "shortlist/learners/ease.h"
#include "shortlist/learners/item_knn.h"
#include "shortlist/learners/popularity.h"
#include "shortlist/learners/ranked.h"
#include "shortlist/learners/slim.h"
#include "shortlist/learners/transitions.h"
#include "shortlist/learners/two_tower.h"

namespace shortlist {

std::span<const ModelKind> model_kinds() {
  static const ModelKind kinds[] = {
      model_kind<TwoTowerSettings>(),  //
      model_kind<PopularitySettings>(), model_kind<ItemKnnSettings>(),     model_kind<EaseSettings>(),
      model_kind<SlimSettings>(),       model_kind<TransitionsSettings>(),
  };
  return kinds;
}

const ModelKind* find_model_kind(std::string_view name) {
  for (const ModelKind& kind : model_kinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

std::string unknown_model_kind(const std::string& name) {
  std::vector<std::string> names;
  std::string all;
  for (const ModelKind& kind : model_kinds()) {
    names.emplace_back(kind.name);
    all += (all.empty() ? "" : ", ") + names.back();
  }
  const std::string near = nearest(name, names);
  return fmt::format("there is no kind of model '{}'{}", name,
                     near.empty() ? ", only " + all : fmt::format("; did you mean '{}'?", near));
}

const ModelKind& find_kind(const ModelConfig& model) {
  const ModelKind* kind = find_model_kind(model.kind);
  if (kind == nullptr) {
    const Value* at = model.written.find("kind");
    throw model.where.below("kind").error(at != nullptr ? *at : model.written,
                                          unknown_model_kind(model.kind));
  }
  kind->check(model.settings, model.where);
  return *kind;
}

std::unique_ptr<Learner> make_learner(const LearnerInput& input) {
  auto learner = find_kind(input.kind).make_learner(input);
  if (input.kind.is_two_tower() || input.training.ranking.empty()) return learner;
  return std::make_unique<RankedLearner>(std::move(learner), input);
}

}  // namespace shortlist
