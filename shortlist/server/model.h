// A bundle being served, and what is computed once when it is loaded.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "shortlist/base/function_ref.h"
#include "shortlist/bundle/bundle.h"
#include "shortlist/recommend/embedding_map.h"
#include "shortlist/recommend/form.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/server/model_cost.h"
#include "shortlist/server/routes/item_search.h"

namespace shortlist {

// Of a column with more choices, clients get this number in advance and search the others.
inline constexpr size_t kListedChoices = 200;

struct ServedModel {
  // Throws Error(data) if the bundle is damaged or does not reproduce its golden requests. `generation`
  // counts the loads under a name, from 1. `release` orders the bundles of a source (model_source.h).
  ServedModel(std::string name, const std::string& bundle, int generation, int64_t release = 0);

  std::string name, path;
  int generation = 1;
  int64_t release = 0;
  std::string loaded_at;  // UTC, ISO 8601
  Recommender recommender;
  const std::string& version() const { return recommender.bundle().version; }
  std::vector<FormField> query, item, attributes;
  ItemSearch search;
  bool slow = false;  // an answer takes longer than a millisecond
  ModelCost cost;
  double seconds_per_operation = 0;  // per operation of `cost`, measured at load time

  // Computed on first use.
  const EmbeddingMap& map() const;

  // Searches the choices of a form field. Built at load time if there are more than kListedChoices, else when
  // the column is first searched.
  const ItemSearch& value_search(const FormField& field) const;

 private:
  mutable std::mutex searches_mutex_;
  mutable std::map<std::string, ItemSearch> searches_;  // by column
  mutable std::once_flag map_made_;
  mutable EmbeddingMap map_;
};

// Whether something takes longer than `limit` seconds. `measure` returns one timing. The minimum of a few
// timings decides, since load on the machine only adds time. Stops at the first timing within the limit.
bool takes_longer(double limit, FunctionRef<double()> measure);

using ModelPtr = std::shared_ptr<const ServedModel>;

}  // namespace shortlist
