#include "shortlist/recommend/loaded_model.h"

namespace shortlist {
namespace {

std::vector<std::string> names_of(const std::vector<Attribute>& attributes) {
  std::vector<std::string> names;
  for (const Attribute& attribute : attributes) names.push_back(attribute.name);
  return names;
}

}  // namespace

LoadedModel::LoadedModel(Bundle loaded)
    : bundle(std::move(loaded)),
      features(bundle),
      query_columns(query_columns_of(bundle)),
      history_columns(history_columns_of(bundle)),
      candidate_columns(features.candidate.columns()),
      attribute_names(names_of(bundle.items.attributes)),
      filter(bundle.items, bundle.features.form(bundle.items.id_column), bundle.spec.display),
      users(bundle),
      seen(users.empty() ? SeenItems() : seen_items(bundle.ratings)),
      taken(bundle.retriever->reads_users() && !users.empty() ? UserHistories(bundle.ratings)
                                                              : UserHistories()),
      given(bundle, features.query, filter),
      context(bundle, users) {
  bundle.retriever->prepare();
  if (bundle.towers != nullptr) sessions.emplace(bundle, features);
}

}  // namespace shortlist
