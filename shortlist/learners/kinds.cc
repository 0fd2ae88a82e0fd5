#include "shortlist/learners/kinds.h"

#include "shortlist/learners/biased_mf.h"
#include "shortlist/learners/blend.h"
#include "shortlist/learners/bpr_mf.h"
#include "shortlist/learners/ease.h"
#include "shortlist/learners/ials.h"
#include "shortlist/learners/item_knn.h"
#include "shortlist/learners/popularity.h"
#include "shortlist/learners/ranked.h"
#include "shortlist/learners/slim.h"
#include "shortlist/learners/transitions.h"
#include "shortlist/learners/two_tower.h"

namespace shortlist {

std::span<const ModelKind> model_kinds() {
  static const ModelKind kinds[] = {
      model_kind<TwoTowerSettings>(),          //
      model_kind<PopularitySettings>(),        //
      model_kind<ItemKnnSettings>(),           //
      model_kind<EaseSettings>(),              //
      model_kind<SlimSettings>(),              //
      model_kind<TransitionsSettings>(),       //
      model_kind<IalsSettings>(),              //
      model_kind<BprMfSettings>(),             //
      model_kind<BiasedMfSettings>(),          //
      model_kind<FactorizationMachineKind>(),  //
      model_kind<BlendSettings>(),             //
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
  const ModelKind& kind = find_kind(input.kind);
  if (!kind.has_vectors && input.training.index != IndexKind::exact)
    throw usage_error("retrieval.index: \"{}\" searches item vectors, but a model of kind \"{}\" has none",
                      enum_name(input.training.index), kind.name);
  auto learner = kind.make_learner(input);
  if (input.kind.retrieves_by_towers() || input.training.ranking.empty()) return learner;
  return std::make_unique<RankedLearner>(std::move(learner), input);
}

}  // namespace shortlist
