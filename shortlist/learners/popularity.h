// Recommends the most popular items, the same for every query or for every query of a segment. The simplest
// and smallest kind.
#pragma once

#include <vector>

#include <optional>
#include <string>

#include "shortlist/learners/kind.h"
#include "shortlist/math/sparse_matrix.h"

namespace shortlist {

// Scores that are added for the queries of a segment, which is the id of a query's feature.
struct QuerySegments {
  size_t feature = 0;   // among the features of the query
  SparseMatrix scores;  // [ids, items]
};

class PopularityRetriever final : public Retriever {
 public:
  // `scores` has one finite score per item.
  explicit PopularityRetriever(std::vector<float> scores,
                               std::optional<QuerySegments> segments = std::nullopt);

  size_t items() const override { return scores_.size(); }
  void score_all(const QueryBatch& queries, Matrix scores) const override;
  // Scans the items in order of score, so it visits few more than k.
  std::vector<Found> retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                              LeftOutItems left_out) const override;
  // Uses the method "popular", with the score as the constant.
  std::vector<Explanation> explain(const QueryBatch& query, std::span<const uint32_t> items,
                                   const Deadline& deadline) const override;
  size_t memory_bytes() const override;
  // popularity.safetensors: `scores` F32 [items]. With segments also `segments`, in the form of
  // sparse_tensors(), and `segment_feature` I64 [2]: the feature's position and its number of ids.
  void save(RetrieverWriter& files) const override;

  const std::vector<float>& scores() const { return scores_; }

 private:
  // The segment of a query, or none if the query has no value.
  std::optional<size_t> segment_of(const QueryBatch& queries, size_t query) const;

  std::vector<float> scores_;
  std::optional<QuerySegments> segments_;
  std::vector<uint32_t> order_;  // items, best first, without segments
};

enum class Count { rows, users };
template <>
struct EnumNames<Count> {
  static constexpr std::pair<Count, std::string_view> names[] = {{Count::rows, "rows"},
                                                                 {Count::users, "users"}};
};

struct PopularitySettings {
  static constexpr const char* kind = "popularity";
  static constexpr const char* help =
      "Recommends the items that occur most often in the training rows: the same list for every query, "
      "without the items that its user has seen. Needs no features";
  Count count = Count::rows;
  double half_life = 0;
  std::string segment;
  double shrink = 10;
  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("count", count, "What an item's score counts: its rows, by their weights, or its users, each once");
    visit("half_life", half_life,
          "Days after which a row counts half as much as one at the time of the latest row, so that what is "
          "popular now is listed first. Needs data.time or a split by time. 0 counts all rows alike.",
          Range::at_least(0));
    visit("segment", segment,
          "Column of a category feature in query.features. Each of its values has a list of its own.");
    visit("shrink", shrink,
          "Number of rows that a segment is given in addition to its own, with the items of all rows in "
          "proportion: a segment with few rows is listed like all",
          Range::at_least(0));
  }

  std::unique_ptr<Learner> make_learner(const LearnerInput& input) const;
  static std::unique_ptr<Retriever> load(const StoredModel& stored);
};

}  // namespace shortlist
