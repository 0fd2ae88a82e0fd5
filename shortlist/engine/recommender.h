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
#include "shortlist/model/attribute.h"
#include "shortlist/model/recommend_config.h"
#include "shortlist/table/column.h"
#include "shortlist/table/table.h"

namespace shortlist {

struct Bundle;
class QueryContext;

// Values by column name, as text: {{"genre", "Action, Comedy"}, {"type", "TV"}}. A column that is not there
// is missing.
using Record = std::vector<std::pair<std::string, std::string>>;

// How many values of each column the features had not seen; of a column that several features read, the
// fewest that one of them misses: texts rather than their words.
using UnseenCounts = std::vector<std::pair<std::string, uint64_t>>;

// A condition on an item's attribute: "type=TV", "type!=Movie", "year>=1990", "genre~Com" (contains).
// A list equals a value when one of its values does, or when all of them are the value's.
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
  // As a person writes it, with one of its values: "year>=1990".
  std::string describe(const std::string& value) const;
};

// Seconds that an answer took, stage by stage.
struct StageSeconds {
  double filter = 0, embed = 0, retrieve = 0, rank = 0;
};

struct RecommendOptions {
  int k = 10;
  int offset = 0;  // leave out so many of the list's first items: the next page of the same list
  // Candidates that the ranking orders, and the most that the list can have; at least offset + k. 0: as many
  // as it takes, in blocks of the config's recommend.candidates, so that an item's place in the list does not
  // depend on k.
  int retrieve = 0;
  // The place where the ranked candidates end: whole blocks of `block` candidates that offset + k reach into.
  size_t candidates(size_t block = RecommendConfig().candidates) const {
    const size_t end = static_cast<size_t>(offset) + static_cast<size_t>(k);
    return retrieve > 0 ? static_cast<size_t>(retrieve) : (end + block - 1) / block * block;
  }
  std::optional<std::vector<std::string>> allow;  // item ids: no others
  std::vector<std::string> exclude;               // item ids: not these
  std::vector<Condition> where;                   // all must hold
  // The same as `exclude`, for each query apart; empty, or one entry for each.
  std::vector<std::vector<std::string>> exclude_each;
  // Where the query tells its user: whether items stay that the user has in the training rows. Not set: as
  // the config says.
  std::optional<SeenPolicy> seen;
  // Not set, or ListOrder::chosen: as the bundle says. `blend` is the predicted label's share.
  std::optional<ListOrder> order;
  std::optional<double> blend;
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
  bool has_retrieval() const;
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
  // What fills in the columns that a query does not give.
  const QueryContext& query_context() const;

 private:
  struct State;

  std::unique_ptr<State> state_;
};

}  // namespace shortlist
