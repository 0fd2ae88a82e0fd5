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
    visit("attribute", attribute, "Name of an attribute, or of the id column");
    visit("comparison", comparison, "~ means that the attribute contains the text");
    visit("value", value,
          "A text or a number, or a list of them: one must match, and with != none may match");
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
    visit("k", k, "Number of items");
    visit("offset", offset, "Number of items to skip, for the next page of the list");
    visit("retrieve", retrieve,
          "Number of candidates that retrieval passes to the ranking, at least offset + k. 0 means blocks of "
          "the model's "
          "recommend.candidates, so that an item's place does not depend on k");
    visit("filter", filter, "Conditions on the items' attributes, which must all match");
    visit("allow", allow, "Ids of the only items that may be recommended");
    visit("seen", seen,
          "drop leaves out the items that the query's user has in the training data, keep does not. The "
          "default is the model's setting.");
    visit("order", order,
          "Order of the list: by score, by the first predicted label, or by both. auto is the model's own "
          "order.");
    visit("blend", blend, "With order blend: weight of the predicted label, 0 to 1");
    visit("explain", explain,
          "Whether to show what each feature of the query adds to each item's score and predictions");
  }
};

struct RecommendRequest : RecommendSettings {
  Value query = Value::Table();
  std::vector<Value> exclude;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("query", query, "Values by column. Absent columns are missing values.");
    visit("exclude", exclude, "Ids of items to leave out");
    RecommendSettings::fields(visit);
  }
};

struct RecommendBatchRequest : RecommendSettings {
  std::vector<Value> queries;
  std::vector<Value> exclude;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("queries", queries, "Queries: values by column");
    visit("exclude", exclude, "Ids of items to leave out for all queries, or a list of ids for each query");
    RecommendSettings::fields(visit);
  }
};

struct PairRequest {
  static constexpr std::pair<const char*, const char*> renamed[] = {{"candidate", "item"}};
  Value query = Value::Table();
  std::optional<Value> item, id;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("query", query, "Values by column. Absent columns are missing values.");
    visit("id", id, "An item of the catalogue");
    visit("item", item, "Instead of an id: the values of an item by column");
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
    visit("k", k, "Number of items");
  }
};

struct SimilarRequest : SimilarSettings {
  Value id;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("id", id, "An item of the catalogue");
    SimilarSettings::fields(visit);
  }
};

struct SimilarBatchRequest : SimilarSettings {
  std::vector<Value> ids;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("ids", ids, "Items of the catalogue");
    SimilarSettings::fields(visit);
  }
};

struct ReloadRequest {
  std::optional<std::string> model, bundle;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("model", model, "The model's name. The default is the first model.");
    visit("bundle", bundle,
          "Folder of a bundle in --bundles-root to serve from now on. The default is where the model was "
          "loaded from.");
  }
};

}  // namespace shortlist
