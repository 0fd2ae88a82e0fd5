// Answers questions from a bundle alone. Every call is const and may run on many threads at once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/base/deadline.h"
#include "shortlist/base/error.h"
#include "shortlist/base/fields.h"
#include "shortlist/table/column.h"

namespace shortlist {

struct Bundle;

// Values by column name, as text: {{"genre", "Action, Comedy"}, {"type", "TV"}}. A column that is not there
// is missing.
using Record = std::vector<std::pair<std::string, std::string>>;

// How many values of each column the features had not seen; of a column that several features read, the
// fewest that one of them misses: texts rather than their words.
using UnseenCounts = std::vector<std::pair<std::string, uint64_t>>;

// A condition on an item's attribute: "type=TV", "type!=Movie", "year>=1990", "genre~Com" (contains).
// An attribute that holds several values, separated by commas, equals a value when one of them does.
enum class Comparison { equal, not_equal, at_least, at_most, more, less, contains };
template <>
struct EnumNames<Comparison> {
  static constexpr std::pair<Comparison, std::string_view> names[] = {
      {Comparison::equal, "="},    {Comparison::not_equal, "!="}, {Comparison::at_least, ">="},
      {Comparison::at_most, "<="}, {Comparison::more, ">"},       {Comparison::less, "<"},
      {Comparison::contains, "~"}};
};
struct Condition {
  std::string attribute;  // or the column of the ids
  Comparison comparison = Comparison::equal;
  // It holds where it does for one of them; `not_equal` where it does for all.
  std::vector<std::string> values;
  // Throws a usage Error that shows the forms there are.
  static Condition parse(const std::string& text);
};

// Seconds that an answer took, stage by stage.
struct StageSeconds {
  double filter = 0, embed = 0, retrieve = 0, rank = 0;
};

struct RecommendOptions {
  int k = 10;
  // Candidates that retrieval hands to the ranking; 0: ten for each of the k. Without a ranking task it is k.
  int retrieve = 0;
  size_t candidates() const {
    return retrieve > 0 ? static_cast<size_t>(retrieve) : 10 * static_cast<size_t>(k);
  }
  std::optional<std::vector<std::string>> allow;  // item ids: no others
  std::vector<std::string> exclude;               // item ids: not these
  std::vector<Condition> where;                   // all must hold
  // Where given, set to whether retrieval found the best there are, for each query.
  bool* exact = nullptr;
  UnseenCounts* unseen = nullptr;   // set to those of the queries' columns where given
  StageSeconds* seconds = nullptr;  // added to where given
  Deadline deadline;                // when it passes, the call throws DeadlinePassed
};

struct Recommendation {
  uint32_t item = 0;               // position in the catalogue
  float score = 0;                 // query . candidate; 0 without a retrieval task
  std::vector<float> predictions;  // of each ranking task's label
};

// What a feature of the query gives to an item's score, and how far each prediction falls without it.
struct FeatureShare {
  std::string feature, column;
  double score = 0;
  std::vector<double> predictions;  // predicted with it less predicted without it, of each label
};
struct Explanation {
  std::string method;   // "additive" or "integrated_gradients": query_explainer.h
  double constant = 0;  // score = constant + the features' scores; all 0 without a retrieval task
  std::vector<FeatureShare> features;
};

struct SimilarItem {
  uint32_t item = 0;
  double similarity = 0;
};
enum class Similarity { learned, jaccard, cosine };
template <>
struct EnumNames<Similarity> {
  static constexpr std::pair<Similarity, std::string_view> names[] = {
      {Similarity::learned, "learned"}, {Similarity::jaccard, "jaccard"}, {Similarity::cosine, "cosine"}};
};

class Recommender {
 public:
  // Throws a data Error when the bundle is damaged or of a newer version.
  static Recommender load(const std::string& bundle);
  // Makes what so many calls at once work with, so that the first of them need not.
  void prepare(size_t calls) const;
  Recommender(Recommender&&) noexcept;
  Recommender& operator=(Recommender&&) noexcept;
  ~Recommender();

  const std::string& id_column() const;
  size_t item_count() const;
  const std::string& item_id(uint32_t item) const;
  // The item of this id, or none.
  std::optional<uint32_t> find_item(const std::string& id) const;
  // The id of an item that is near to a misspelt one; "" when none is.
  std::string nearest_id(const std::string& id) const;
  const std::vector<std::string>& attribute_names() const;
  const std::string& attribute(size_t attribute, uint32_t item) const;
  // The columns of a query and of a candidate, and the labels that are predicted.
  const std::vector<std::string>& query_columns() const;
  const std::vector<std::string>& candidate_columns() const;
  std::vector<std::string> labels() const;
  bool has_retrieval() const;

  // Retrieves the best by score, then orders them by the first predicted label, if there is one; best first.
  // Returns k items whenever k are allowed. Throws a usage Error for unknown columns or attributes.
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

  // Tower outputs, a row each, of columns that go with query_columns() or candidate_columns(). `unseen` is
  // set where given.
  std::vector<std::vector<float>> embed_queries(const std::vector<Column>& queries,
                                                UnseenCounts* unseen = nullptr) const;
  std::vector<std::vector<float>> embed_candidates(const std::vector<Column>& candidates) const;

  enum class Side { query, candidate };
  // Values of a query, or a candidate, that the features had not seen, as messages: "type: 'TVX' holds what
  // the model has not seen".
  std::vector<std::string> unseen(const Record& record, Side side = Side::query) const;

  const Bundle& bundle() const;

 private:
  struct State;
  explicit Recommender(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace shortlist
