#include "shortlist/learners/kinds.h"

#include "shortlist/learners/popularity.h"
#include "shortlist/learners/ranked.h"
#include "shortlist/learners/two_tower.h"

namespace shortlist {

std::span<const ModelKind> model_kinds() {
  static const ModelKind kinds[] = {
      model_kind<TwoTowerSettings>(),  //
      model_kind<PopularitySettings>(),
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

const ModelKind& kind_of_config(const Config& config) {
  const ModelKind* kind = find_model_kind(config.model.kind);
  const Where where{config.file, "model"};
  if (kind == nullptr) {
    const Value* section = config.written.find("model");
    const Value* at = section != nullptr ? section->find("kind") : nullptr;
    throw where.below("kind").error(at != nullptr ? *at : config.written,
                                    unknown_model_kind(config.model.kind));
  }
  kind->check(config.model.settings, where);
  return *kind;
}

std::unique_ptr<Learner> make_learner(const LearnerInput& input) {
  const Config& config = input.config;
  auto learner = kind_of_config(config).make_learner(config.model.settings, input);
  if (config.model.is_two_tower() || config.ranking.empty()) return learner;
  return std::make_unique<RankedLearner>(std::move(learner), input);
}

}  // namespace shortlist
