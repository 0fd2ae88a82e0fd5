// A kind of model: its settings in [model], its learner, and the function that loads its retriever.
//
// A kind's settings are a struct with
//   static constexpr const char* kind, *help;
//   template <typename Visitor> void fields(Visitor&);   // see base/fields.h
//   std::unique_ptr<Learner> make_learner(const LearnerInput&) const;
//   static std::unique_ptr<Retriever> load(const StoredModel&);
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "shortlist/base/describe_fields.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/learners/learner.h"
#include "shortlist/model/items.h"
#include "shortlist/retrieval/retriever_files.h"

namespace shortlist {

// The input for loading a retriever. Only the towers outlive the call.
struct StoredModel {
  const RetrievalConfig* retrieval;  // null for a model that only ranks
  const FeatureMap& query;           // the query's features
  const Items& items;
  const UserRatings& ratings;
  const Towers* towers;  // null for a model without towers
  RetrieverReader& files;
};

struct ModelKind {
  std::string_view name, help;
  std::vector<FieldDescription> (*document)();  // documentation of the settings
  // Throws a usage Error with file and line for a setting that the kind does not have.
  void (*check)(const Value& settings, const Where& where);
  std::unique_ptr<Learner> (*make_learner)(const LearnerInput& input);
  // Throws a data Error that names the damaged file.
  std::unique_ptr<Retriever> (*load)(const StoredModel& stored);
};

template <typename Settings>
Settings read_kind_settings(const Value& value, const Where& where) {
  Settings settings;
  read_fields(value, settings, where, {"kind"});
  return settings;
}

template <typename Settings>
ModelKind model_kind() {
  return {Settings::kind,
          Settings::help,
          [] { return describe_fields<Settings>(); },
          [](const Value& value, const Where& where) { read_kind_settings<Settings>(value, where); },
          [](const LearnerInput& input) {
            return read_kind_settings<Settings>(input.kind.settings, input.kind.where).make_learner(input);
          },
          &Settings::load};
}

}  // namespace shortlist
