// Answers requests from a loaded bundle. Every method is const and safe to call from several threads at once.
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
  // Throws a data Error if the bundle is damaged or has a newer version.
  static Recommender load(const std::string& bundle);
  explicit Recommender(Bundle bundle);
  // Allocates what this many concurrent calls need, so that the first calls do not have to.
  void prepare(size_t calls) const;
  Recommender(Recommender&&) noexcept;
  Recommender& operator=(Recommender&&) noexcept;
  ~Recommender();

  const std::string& id_column() const;
  size_t item_count() const;
  const std::string& item_id(uint32_t item) const;
  // The attribute by which people know items (items.display), or none.
  std::optional<size_t> display() const;
  // The attribute with the URLs of items' images (items.display_image), or none.
  std::optional<size_t> display_image() const;
  // The item with this id, else the only item with this display text, or none.
  std::optional<uint32_t> find_item(const std::string& id) const;
  // The id closest to a misspelt one, or "" if none is close.
  std::string nearest_id(const std::string& id) const;
  const std::vector<std::string>& attribute_names() const;
  const std::vector<Attribute>& attributes() const;
  // An attribute's value as people read it; "" if missing.
  std::string attribute(size_t attribute, uint32_t item) const;
  // The columns of a query and of an item, and the predicted labels.
  const std::vector<std::string>& query_columns() const;
  const std::vector<std::string>& item_columns() const;
  // The columns of a query with a history. If there is one, a Record may also call it "history".
  const std::vector<std::string>& history_columns() const;
  // A query's values in the form of query_columns(), with views of the record's texts. Throws a usage Error
  // for unknown columns.
  std::vector<Column> to_query(const Record& query) const;
  // The same, as requests to a table.
  std::vector<ColumnRequest> query_requests() const;
  std::vector<ColumnRequest> item_requests() const;
  std::vector<std::string> labels() const;
  // Whether items have scores. If not, only the ranking orders them.
  bool has_retrieval() const;
  // Whether items have vectors, which similar() compares for Similarity::learned.
  bool has_item_vectors() const;
  // The order of lists if the options do not set one.
  ListOrder list_order() const;

  // Retrieves the best items by score, then orders them by score, by the first predicted label or by both,
  // best first. Returns k items whenever at least offset + k items are allowed. Throws a usage Error for
  // unknown columns or attributes, and for options that do not fit the model or each other.
  std::vector<Recommendation> recommend(const Record& query, const RecommendOptions& options) const;
  // The same for each row of the columns, which match query_columns(). Rows that the model cannot distinguish
  // are computed once. Like all methods that take columns, throws a RowError for an invalid value.
  std::vector<std::vector<Recommendation>> recommend(const std::vector<Column>& queries,
                                                     const RecommendOptions& options) const;

  // Explains the scores of items for a query, given as the first row of columns that match query_columns().
  std::vector<Explanation> explain(const std::vector<Column>& query, const std::vector<uint32_t>& items,
                                   const Deadline& deadline = {}) const;

  // A byte for each item, 0 if the options exclude it. Empty if they exclude none. Throws a usage Error for
  // unknown attributes.
  std::vector<uint8_t> eligible_items(const RecommendOptions& options) const;

  // Messages about surprising effects of conditions: that texts are compared byte by byte, or that no item
  // has a value. Throws a usage Error for unknown attributes and for values that do not have the attribute's
  // kind.
  std::vector<std::string> notes(const std::vector<Condition>& conditions) const;

  // The predicted labels of a query with an item. An item of the catalogue may be given by its id alone; any
  // other is embedded from its own columns, and without columns causes a usage Error.
  std::vector<float> predict(const Record& query, const Record& item) const;
  // Returns [row][label]. The columns match query_columns() and item_columns(). `unseen`, if given, is
  // set to the counts of the query's columns, then the item's.
  std::vector<std::vector<float>> predict(const std::vector<Column>& queries,
                                          const std::vector<Column>& items,
                                          UnseenCounts* unseen = nullptr) const;
  // The same, where known[row] is the row's item if it is in the catalogue. Otherwise the item is the next
  // row of `items`.
  std::vector<std::vector<float>> predict(const std::vector<Column>& queries,
                                          const std::vector<Column>& items,
                                          const std::vector<std::optional<uint32_t>>& known) const;

  // The k most similar items, best first, without the item itself. learned: cosine of the items'
  // vectors. jaccard: of the attributes' values. cosine: of users' ratings, after subtracting each user's
  // mean. Throws a usage Error that says what is missing if the bundle has no attributes, or no users.
  std::vector<SimilarItem> similar(uint32_t item, Similarity by, int k, const Deadline& deadline = {}) const;

  // Tower outputs, one row for each row of columns that match query_columns() or item_columns(). Throw a
  // usage Error for a model without towers. `unseen` is set if given.
  std::vector<std::vector<float>> embed_queries(const std::vector<Column>& queries,
                                                UnseenCounts* unseen = nullptr) const;
  std::vector<std::vector<float>> embed_items(const std::vector<Column>& items) const;

  enum class Side { query, item };
  // Messages about values of a query or an item that the features have not seen: "type: the model has not
  // seen the value 'TVX'", "history: the model has not seen 1 of 3 items: 'm99'".
  std::vector<std::string> unseen(const Record& record, Side side = Side::query) const;

  // Messages about items that the model does not know in the histories of queries, which match
  // query_columns().
  std::vector<std::string> unknown_items(const std::vector<Column>& queries) const;

  const Bundle& bundle() const;
  // Fills in the columns that are missing from a query.
  const QueryContext& query_context() const;

 private:
  struct State;

  std::unique_ptr<State> state_;
};

}  // namespace shortlist
