#include "shortlist/learners/popularity.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "shortlist/learners/sparse_tensors.h"
#include "shortlist/math/finite.h"
#include "shortlist/metrics/observations.h"

namespace shortlist {
namespace {

constexpr const char* kFile = "popularity.safetensors";
constexpr const char* kScores = "scores";

constexpr const char* kSegments = "segments";
constexpr const char* kSegmentFeature = "segment_feature";
constexpr double kDay = 86400;

// How much each positive training row counts; 0 for the others.
std::vector<double> row_weights(const Dataset& data, Count count, double half_life) {
  std::vector<double> weights(data.rows);
  const std::vector<float>& own = data.retrieval_weights();
  for (uint32_t row : data.split.train) {
    if (data.is_positive(row)) weights[row] = count == Count::users || own.empty() ? 1.0 : own[row];
  }
  if (half_life == 0) return weights;
  double latest = -std::numeric_limits<double>::infinity();
  for (uint32_t user = 0; user < data.interactions.users(); ++user)
    for (double time : data.interactions.of(user).times) latest = std::max(latest, time);
  std::vector<double> decayed(data.rows);  // a row without a user has no time here
  for (uint32_t user = 0; user < data.interactions.users(); ++user) {
    const Events events = data.interactions.of(user);
    for (size_t i = 0; i < events.size(); ++i)
      decayed[events.rows[i]] =
          weights[events.rows[i]] * std::exp2((events.times[i] - latest) / (half_life * kDay));
  }
  return decayed;
}

struct CountedRow {
  uint32_t group, item, user, row;  // group: a segment, or 0
  auto operator<=>(const CountedRow&) const = default;
};

// The training rows that count. With Count::users, of the rows with the same group, item and user only the
// one that counts most; rows without a user count nothing.
std::vector<CountedRow> counted_rows(const Dataset& data, Count count, const std::vector<double>& weights,
                                     const std::vector<uint32_t>& group_of_row) {
  std::vector<CountedRow> rows;
  for (uint32_t row : data.split.train) {
    const uint32_t user = data.user_of_row.empty() ? unknown_index : data.user_of_row[row];
    if (weights[row] == 0 || (count == Count::users && user == unknown_index)) continue;
    const uint32_t item = data.item_of_candidate[data.candidate_of_row[row]];
    rows.push_back({group_of_row.empty() ? 0 : group_of_row[row], item, user, row});
  }
  if (count == Count::rows) return rows;
  std::ranges::sort(rows);
  std::vector<CountedRow> distinct;
  for (const CountedRow& row : rows) {
    const bool same = !distinct.empty() && distinct.back().group == row.group &&
                      distinct.back().item == row.item && distinct.back().user == row.user;
    if (!same) {
      distinct.push_back(row);
    } else if (weights[row.row] > weights[distinct.back().row]) {
      distinct.back() = row;
    }
  }
  return distinct;
}

class PopularityLearner final : public Learner {
 public:
  PopularityLearner(const LearnerInput& input, const PopularitySettings& settings)
      : input_(input), settings_(settings) {
    const Dataset& data = input.prepared.data;
    if (settings.count == Count::users && data.user_of_row.empty())
      throw error("count", "\"users\" needs data.user, the column that names users");
    if (settings.half_life > 0 && !data.interactions.has_times())
      throw error("half_life", "needs the rows' times and users: set data.time and data.user");
    if (!settings.segment.empty()) feature_ = segment_feature();
  }

  void announce(TrainingCallback& callback) const override {
    const ModelSpec none;
    callback.prepared(input_.training, input_.prepared.data, none, Parameters(none));
  }
  Fitted fit(const FitOptions& options, TrainingCallback&, const std::atomic<bool>&) override {
    reject_checkpoints(options, PopularitySettings::kind);
    const Dataset& data = input_.prepared.data;
    const std::vector<double> weights = row_weights(data, settings_.count, settings_.half_life);
    std::vector<double> counts(data.items.ids.size());
    for (const CountedRow& row : counted_rows(data, settings_.count, weights, {}))
      counts[row.item] += weights[row.row];
    if (feature_) {
      count_segments(weights);
      const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
      for (double& count : counts) count *= all > 0 ? settings_.shrink / all : 0;
    }
    scores_.assign(counts.begin(), counts.end());
    return {};
  }
  std::unique_ptr<Retriever> make_retriever(bool) override {
    return std::make_unique<PopularityRetriever>(scores_, segments_);
  }

 private:
  Error error(const char* setting, const std::string& message) const {
    const Value* written = input_.kind.written.find(setting);
    return input_.kind.where.below(setting).error(written != nullptr ? *written : input_.kind.written,
                                                  message);
  }

  size_t segment_feature() const {
    const std::vector<std::string>& names = input_.query_features;
    const FeatureMap features = input_.prepared.features.select(names);
    for (size_t i = 0; i < features.size(); ++i)
      if (features[i].column == settings_.segment && features[i].feature->kind() == "category") return i;
    throw error("segment", fmt::format("'{}' is not the column of a category feature in query.features",
                                       settings_.segment));
  }

  void count_segments(const std::vector<double>& weights) {
    const Dataset& data = input_.prepared.data;
    const FeatureMap features = input_.prepared.features.select(input_.query_features);
    const EncodedColumn& column = data.queries.columns[*feature_];
    std::vector<uint32_t> segment_of_row;
    for (uint32_t query : data.query_of_row)
      segment_of_row.push_back(static_cast<uint32_t>(column.bag(query)[0]));
    std::vector<CountedRow> rows = counted_rows(data, settings_.count, weights, segment_of_row);
    std::ranges::stable_sort(rows, {}, [](const CountedRow& row) { return std::pair(row.group, row.item); });
    segments_.emplace();
    segments_->feature = *feature_;
    SparseMatrix& matrix = segments_->scores;
    matrix.cols = data.items.ids.size();
    size_t at = 0;
    const auto ids = static_cast<uint32_t>(features[*feature_].feature->id_count());
    for (uint32_t segment = 0; segment < ids; ++segment) {
      while (at < rows.size() && rows[at].group == segment) {
        const uint32_t item = rows[at].item;
        double sum = 0;
        for (; at < rows.size() && rows[at].group == segment && rows[at].item == item; ++at)
          sum += weights[rows[at].row];
        matrix.columns.push_back(item);
        matrix.values.push_back(static_cast<float>(sum));
      }
      matrix.offsets.push_back(matrix.columns.size());
    }
  }

  const LearnerInput input_;
  const PopularitySettings settings_;
  std::optional<size_t> feature_;
  std::vector<float> scores_;
  std::optional<QuerySegments> segments_;
};

}  // namespace

PopularityRetriever::PopularityRetriever(std::vector<float> scores, std::optional<QuerySegments> segments)
    : scores_(std::move(scores)), segments_(std::move(segments)), order_(scores_.size()) {
  std::iota(order_.begin(), order_.end(), 0);
  std::ranges::stable_sort(order_, std::greater(), [&](uint32_t item) { return scores_[item]; });
}

std::optional<size_t> PopularityRetriever::segment_of(const QueryBatch& queries, size_t query) const {
  if (!segments_) return std::nullopt;
  const std::span<const int32_t> ids =
      queries.features->columns[segments_->feature].bag(queries.feature_rows[query]);
  return ids.empty() ? std::nullopt : std::optional(static_cast<size_t>(ids[0]));
}

void PopularityRetriever::score_all(const QueryBatch& queries, Matrix scores) const {
  for (size_t q = 0; q < scores.rows; ++q) {
    const std::span<float> row = scores.row_span(q);
    std::ranges::copy(scores_, row.begin());
    const std::optional<size_t> segment = segment_of(queries, q);
    if (!segment) continue;
    const auto columns = segments_->scores.columns_of(*segment);
    for (size_t e = 0; e < columns.size(); ++e) row[columns[e]] += segments_->scores.values_of(*segment)[e];
  }
}

std::vector<Found> PopularityRetriever::retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                                                 LeftOutItems left_out) const {
  if (segments_) return Retriever::retrieve(queries, k, eligible, left_out);
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

std::vector<Explanation> PopularityRetriever::explain(const QueryBatch& query,
                                                      std::span<const uint32_t> items,
                                                      const Deadline&) const {
  const std::optional<size_t> segment = segment_of(query, 0);
  std::vector<Explanation> explanations;
  for (uint32_t item : items) {
    float score = scores_[item];
    if (segment) score += segments_->scores.at(*segment, static_cast<int32_t>(item));
    explanations.push_back({"popular", double{score}, {}});
  }
  return explanations;
}

size_t PopularityRetriever::memory_bytes() const {
  return scores_.size() * sizeof(float) + order_.size() * sizeof(uint32_t) +
         (segments_ ? segments_->scores.memory_bytes() : 0);
}

void PopularityRetriever::save(RetrieverWriter& files) const {
  std::vector<TensorView> tensors = {tensor_view<float>(kScores, {scores_.size()}, scores_)};
  if (!segments_) return files.add_tensors(kFile, tensors);
  const int64_t feature[] = {static_cast<int64_t>(segments_->feature),
                             static_cast<int64_t>(segments_->scores.rows())};
  tensors.push_back(tensor_view<int64_t>(kSegmentFeature, {2}, feature));
  for (TensorView& view : sparse_tensors(kSegments, segments_->scores)) tensors.push_back(std::move(view));
  files.add_tensors(kFile, tensors);
}

namespace {

QuerySegments read_segments(const SafetensorsFile& tensors, const StoredModel& stored) {
  const size_t two[] = {2};
  const auto feature = tensors.need(kSegmentFeature, DType::I64, two).values<int64_t>();
  const auto place = static_cast<uint64_t>(feature[0]), ids = static_cast<uint64_t>(feature[1]);
  const bool fits = place < stored.query.size() && stored.query[place].feature->kind() == "category" &&
                    static_cast<uint64_t>(stored.query[place].feature->id_count()) == ids;
  if (!fits) throw data_error("tensor '{}' does not name a category feature of the query", kSegmentFeature);
  return {place, read_sparse(tensors, kSegments, ids, stored.items.ids.size())};
}

}  // namespace

std::unique_ptr<Learner> PopularitySettings::make_learner(const LearnerInput& input) const {
  return std::make_unique<PopularityLearner>(input, *this);
}

std::unique_ptr<Retriever> PopularitySettings::load(const StoredModel& stored) {
  std::vector<float> scores;
  std::optional<QuerySegments> segments;
  stored.files.read(kFile, [&](StoredFile file) {
    const SafetensorsFile tensors = file.tensors();
    const size_t shape[] = {stored.items.ids.size()};
    const auto values = tensors.need(kScores, DType::F32, shape).floats();
    if (!all_finite(values)) throw data_error("tensor '{}' has a value that is not finite", kScores);
    scores.assign(values.begin(), values.end());
    if (tensors.find(kSegmentFeature) != nullptr) segments = read_segments(tensors, stored);
  });
  return std::make_unique<PopularityRetriever>(std::move(scores), std::move(segments));
}

}  // namespace shortlist
