#include "shortlist/learners/popularity.h"

#include <algorithm>
#include <numeric>

#include "shortlist/math/finite.h"
#include "shortlist/metrics/observations.h"

namespace shortlist {
namespace {

constexpr const char* kFile = "popularity.safetensors";
constexpr const char* kScores = "scores";

// Counts only positive training rows, by their weights.
std::vector<double> count_rows(const Dataset& data) {
  std::vector<double> counts(data.items.ids.size());
  const std::vector<float>& weights = data.retrieval_weights();
  for (uint32_t row : data.split.train)
    counts[data.item_of_candidate[data.candidate_of_row[row]]] += weights.empty() ? 1.0 : weights[row];
  return counts;
}

std::vector<double> count_users(const Dataset& data) {
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
  for (uint32_t row : data.split.train) {
    if (data.user_of_row[row] == unknown_index || !data.is_positive(row)) continue;
    pairs.emplace_back(data.item_of_candidate[data.candidate_of_row[row]], data.user_of_row[row]);
  }
  std::ranges::sort(pairs);
  const auto repeated = std::ranges::unique(pairs);
  pairs.erase(repeated.begin(), repeated.end());
  std::vector<double> counts(data.items.ids.size());
  for (const auto& [item, user] : pairs) ++counts[item];
  return counts;
}

class PopularityLearner final : public Learner {
 public:
  PopularityLearner(const LearnerInput& input, Count count) : input_(input), count_(count) {
    if (count == Count::users && input.prepared.data.user_of_row.empty())
      throw input.kind.where.below("count").error(input.kind.settings,
                                                  "\"users\" needs data.user, the column that names users");
  }

  void announce(TrainingCallback& callback) const override {
    const ModelSpec none;
    callback.prepared(input_.training, input_.prepared.data, none, Parameters(none));
  }
  Fitted fit(const FitOptions& options, TrainingCallback&, const std::atomic<bool>&) override {
    reject_checkpoints(options, PopularitySettings::kind);
    const std::vector<double> counts =
        count_ == Count::rows ? count_rows(input_.prepared.data) : count_users(input_.prepared.data);
    scores_.assign(counts.begin(), counts.end());
    return {};
  }
  std::unique_ptr<Retriever> make_retriever(bool) override {
    return std::make_unique<PopularityRetriever>(scores_);
  }

 private:
  const LearnerInput input_;
  Count count_;
  std::vector<float> scores_;
};

}  // namespace

PopularityRetriever::PopularityRetriever(std::vector<float> scores)
    : scores_(std::move(scores)), order_(scores_.size()) {
  std::iota(order_.begin(), order_.end(), 0);
  std::ranges::stable_sort(order_, std::greater(), [&](uint32_t item) { return scores_[item]; });
}

void PopularityRetriever::score_all(const QueryBatch&, Matrix scores) const {
  for (size_t q = 0; q < scores.rows; ++q) std::ranges::copy(scores_, scores.row(q));
}

std::vector<Found> PopularityRetriever::retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                                                 LeftOutItems left_out) const {
  std::vector<Found> found(queries.rows);
  for (size_t q = 0; q < queries.rows; ++q) {
    for (size_t i = 0; i < order_.size() && found[q].best.size() < k; ++i) {
      const uint32_t item = order_[i];
      if (!eligible.empty() && !eligible[item]) continue;
      if (!std::ranges::binary_search(left_out[q], item)) found[q].best.push_back({item, scores_[item]});
    }
  }
  return found;
}

std::vector<Explanation> PopularityRetriever::explain(const QueryBatch&, std::span<const uint32_t> items,
                                                      const Deadline&) const {
  std::vector<Explanation> explanations;
  for (uint32_t item : items) explanations.push_back({"popular", double{scores_[item]}, {}});
  return explanations;
}

size_t PopularityRetriever::memory_bytes() const {
  return scores_.size() * sizeof(float) + order_.size() * sizeof(uint32_t);
}

void PopularityRetriever::save(RetrieverWriter& files) const {
  files.add_tensors(kFile, {tensor_view<float>(kScores, {scores_.size()}, scores_)});
}

std::unique_ptr<Learner> PopularitySettings::make_learner(const LearnerInput& input) const {
  return std::make_unique<PopularityLearner>(input, count);
}

std::unique_ptr<Retriever> PopularitySettings::load(const StoredModel& stored) {
  std::vector<float> scores;
  stored.files.read(kFile, [&](StoredFile file) {
    const SafetensorsFile tensors = file.tensors();
    const size_t shape[] = {stored.items.ids.size()};
    const auto values = tensors.need(kScores, DType::F32, shape).floats();
    if (!all_finite(values)) throw data_error("tensor '{}' has a value that is not finite", kScores);
    scores.assign(values.begin(), values.end());
  });
  return std::make_unique<PopularityRetriever>(std::move(scores));
}

}  // namespace shortlist
