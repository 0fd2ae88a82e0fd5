// Answers questions from a bundle alone. Every call is const and may run on many threads at once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/base/deadline.h"
#include "shortlist/model/attribute.h"
#include "shortlist/recommend/recommend_options.h"
#include "shortlist/recommend/recommendation.h"
#include "shortlist/recommend/record.h"
#include "shortlist/recommend/similarity.h"
#include "shortlist/retrieval/explanation.h"
#include "shortlist/table/column.h"
#include "shortlist/table/table.h"

namespace shortlist {

struct Bundle;
class QueryContext;

class Recommender {
 public:
  // Throws a data Error when the bundle is damaged or of a newer version.
  static Recommender load(const std::string& bundle);
  explicit Recommender(Bundle bundle);
  // Makes what so many calls at once work with, so that the first of them need not.
  void prepare(size_t calls) const;
  Recommender(Recommender&&) noexcept;
  Recommender& operator=(Recommender&&) noexcept;
  ~Recommender();

  const std::string& id_column() const;
  size_t item_count() const;
  const std::string& item_id(uint32_t item) const;
  // The attribute that people know items by (candidate.display), or none.
  std::optional<size_t> display() const;
  // The item of this id, else the one item that people know by this text, or none.
  std::optional<uint32_t> find_item(const std::string& id) const;
  // The id of an item that is near to a misspelt one; "" when none is.
  std::string nearest_id(const std::string& id) const;
  const std::vector<std::string>& attribute_names() const;
  const std::vector<Attribute>& attributes() const;
  // An attribute's value as a person reads it; "" when missing.
  std::string attribute(size_t attribute, uint32_t item) const;
  // The columns of a query and of a candidate, and the labels that are predicted.
  const std::vector<std::string>& query_columns() const;
  const std::vector<std::string>& candidate_columns() const;
  // The same as a table is asked for them.
  std::vector<ColumnRequest> query_requests() const;
  std::vector<ColumnRequest> candidate_requests() const;
  std::vector<std::string> labels() const;
  // Whether items have scores; else the ranking alone orders them.
  bool has_retrieval() const;
  // Whether items have vectors, which `similar` compares where it is learned.
  bool has_item_vectors() const;
  // The order that lists have unless the options say another.
  ListOrder list_order() const;

  // Retrieves the best by score, then orders them by score, by the first predicted label or by both: best
  // first. Returns k items whenever offset + k are allowed. Throws a usage Error for unknown columns or
  // attributes, and for options that do not fit the model or each other.
  std::vector<Recommendation> recommend(const Record& query, const RecommendOptions& options) const;
  // The same for each row of the columns, which go with query_columns(); rows that are equal to the model are
  // computed once. Throws a RowError for a value that has no meaning, as all do that take columns.
  std::vector<std::vector<Recommendation>> recommend(const std::vector<Column>& queries,
                                                     const RecommendOptions& options) const;

  // Why items score as they do for a query: the first row of columns that go with query_columns().
  std::vector<Explanation> explain(const std::vector<Column>& query, const std::vector<uint32_t>& items,
                                   const Deadline& deadline = {}) const;

  // A byte for each item, 0 where the options leave it out; empty when they leave out none. Throws a usage
  // Error for unknown attributes.
  std::vector<uint8_t> eligible_items(const RecommendOptions& options) const;

  // What a person may not expect of conditions, as messages: that texts are compared letter by letter, or
  // that no item has a value. Throws a usage Error for unknown attributes and for values that are none of an
  // attribute's kind.
  std::vector<std::string> notes(const std::vector<Condition>& conditions) const;

  // The predicted labels of a query with a candidate. A candidate that is in the catalogue, by its id alone,
  // is known; another is embedded from its own columns, and one that has none is a usage Error.
  std::vector<float> predict(const Record& query, const Record& candidate) const;
  // [row][label]; the columns go with query_columns() and candidate_columns(). `unseen` is set where given:
  // to those of the query's columns, then the candidate's.
  std::vector<std::vector<float>> predict(const std::vector<Column>& queries,
                                          const std::vector<Column>& candidates,
                                          UnseenCounts* unseen = nullptr) const;
  // The same, where items[row] is the row's candidate when it is in the catalogue; else it is the next row of
  // `candidates`.
  std::vector<std::vector<float>> predict(const std::vector<Column>& queries,
                                          const std::vector<Column>& candidates,
                                          const std::vector<std::optional<uint32_t>>& items) const;

  // The k most similar items, best first, itself left out. learned: cosine of the candidate embeddings.
  // jaccard: of the attributes' values. cosine: of users' ratings, each user's mean taken off. Throws a usage
  // Error that says what is missing when the bundle lacks attributes, or users.
  std::vector<SimilarItem> similar(uint32_t item, Similarity by, int k, const Deadline& deadline = {}) const;

  // Throw a usage Error for a model without towers. Tower outputs, a row each, of columns that go with
  // query_columns() or candidate_columns(). `unseen` is set where given.
  std::vector<std::vector<float>> embed_queries(const std::vector<Column>& queries,
                                                UnseenCounts* unseen = nullptr) const;
  std::vector<std::vector<float>> embed_candidates(const std::vector<Column>& candidates) const;

  enum class Side { query, candidate };
  // Values of a query, or a candidate, that the features had not seen, as messages: "type: 'TVX' holds what
  // the model has not seen".
  std::vector<std::string> unseen(const Record& record, Side side = Side::query) const;

  const Bundle& bundle() const;
  // What fills in the columns that a query does not give.
  const QueryContext& query_context() const;

 private:
  struct State;

  std::unique_ptr<State> state_;
};

}  // namespace shortlist
