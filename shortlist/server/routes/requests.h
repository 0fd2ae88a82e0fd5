// The bodies of requests. Parsing, messages and OpenAPI are all derived from their fields(). Ids are Values,
// since they may be texts or numbers.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/recommend/recommender.h"

namespace shortlist {

struct ConditionRequest {
  std::string attribute;
  Comparison comparison = Comparison::equal;
  Value value;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("attribute", attribute, "of the items, or the column of their id");
    visit("comparison", comparison, "~ is: contains the text");
    visit("value", value, "a text or a number; of a list, one has to fit, or with != none");
  }
};

struct RecommendSettings {
  std::optional<int> k;
  int offset = 0;
  int retrieve = 0;
  std::vector<Value> filter;
  std::optional<std::vector<Value>> allow;
  std::optional<SeenPolicy> seen;
  std::optional<ListOrder> order;
  std::optional<double> blend;
  bool explain = false;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("k", k, "items in the answer");
    visit("offset", offset, "leave out so many of the list's first items: its next page");
    visit("retrieve", retrieve,
          "candidates that retrieval passes to the ranking, at least offset + k. 0 means blocks of the model's "
          "recommend.candidates, so that an item's place does not depend on k");
    visit("filter", filter, "conditions on the items' attributes, which must all hold");
    visit("allow", allow, "ids of items: no others are recommended");
    visit("seen", seen,
          "drop: leave out what the query's user has in the training data; keep: do not; the model's own "
          "setting when not given");
    visit("order", order,
          "of the list: by score, by the first predicted label, or by both; auto: the model's own order");
    visit("blend", blend, "the predicted label's share where order is blend, 0 to 1");
    visit("explain", explain, "what each feature of the query gives to each item's score and predictions");
  }
};

struct RecommendRequest : RecommendSettings {
  Value query = Value::Table();
  std::vector<Value> exclude;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("query", query, "values by column; what is not there is missing");
    visit("exclude", exclude, "ids of items: these are not recommended");
    RecommendSettings::fields(visit);
  }
};

struct RecommendBatchRequest : RecommendSettings {
  std::vector<Value> queries;
  std::vector<Value> exclude;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("queries", queries, "each values by column");
    visit("exclude", exclude,
          "ids of items that are not recommended to any query; or a list of ids for each query");
    RecommendSettings::fields(visit);
  }
};

struct PairRequest {
  static constexpr std::pair<const char*, const char*> renamed[] = {{"candidate", "item"}};
  Value query = Value::Table();
  std::optional<Value> item, id;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("query", query, "values by column; what is not there is missing");
    visit("id", id, "an item of the catalogue");
    visit("item", item, "instead of an id: an item's values by column");
  }
};

struct PredictBatchRequest {
  std::vector<PairRequest> pairs;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("pairs", pairs, "pairs of a query and an item: each has an id or the item's columns");
  }
};

struct SimilarSettings {
  Similarity by = Similarity::learned;
  std::optional<int> k;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("by", by,
          "learned: cosine of embeddings; jaccard: shared attribute values; cosine: users' ratings");
    visit("k", k, "items in the answer");
  }
};

struct SimilarRequest : SimilarSettings {
  Value id;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("id", id, "an item of the catalogue");
    SimilarSettings::fields(visit);
  }
};

struct SimilarBatchRequest : SimilarSettings {
  std::vector<Value> ids;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("ids", ids, "items of the catalogue");
    SimilarSettings::fields(visit);
  }
};

struct ReloadRequest {
  std::optional<std::string> model, bundle;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("model", model, "its name; the first when not given");
    visit(
        "bundle", bundle,
        "a bundle's folder beneath --bundles-root, to serve from now on; where the model came from when not "
        "given");
  }
};

}  // namespace shortlist
