// Recommends the most popular items, the same for every query. The simplest and smallest kind.
#pragma once

#include <vector>

#include "shortlist/learners/kind.h"

namespace shortlist {

class PopularityRetriever final : public Retriever {
 public:
  // `scores` has one finite score per item.
  explicit PopularityRetriever(std::vector<float> scores);

  size_t items() const override { return scores_.size(); }
  void score_all(const QueryBatch& queries, Matrix scores) const override;
  // Scans the items in order of score, so it visits few more than k.
  std::vector<Found> retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                              LeftOutItems left_out) const override;
  // Uses the method "popular", with the score as the constant.
  std::vector<Explanation> explain(const QueryBatch& query, std::span<const uint32_t> items,
                                   const Deadline& deadline) const override;
  size_t memory_bytes() const override;
  // popularity.safetensors: `scores` F32 [items].
  void save(RetrieverWriter& files) const override;

  const std::vector<float>& scores() const { return scores_; }

 private:
  std::vector<float> scores_;
  std::vector<uint32_t> order_;  // items, best first
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
  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("count", count, "What an item's score counts: its rows, by their weights, or its users, each once");
  }

  std::unique_ptr<Learner> make_learner(const LearnerInput& input) const;
  static std::unique_ptr<Retriever> load(const StoredModel& stored);
};

}  // namespace shortlist
