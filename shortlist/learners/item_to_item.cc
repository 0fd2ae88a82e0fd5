#include "shortlist/learners/item_to_item.h"

#include <algorithm>
#include <utility>

#include "shortlist/learners/sparse_tensors.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/math/finite.h"
#include "shortlist/math/top_k.h"

namespace shortlist {
namespace {

constexpr const char* kWeights = "weights";
constexpr const char* kRecency = "recency";
constexpr const char* kPopular = "popular";
constexpr const char* kHistory = "history";

void add_row(const ItemToItem& weights, const HistoryWeight& from, std::span<float> scores) {
  if (weights.is_dense()) {
    return add_scaled(weights.dense.subspan(size_t{from.item} * weights.items, weights.items), from.weight,
                      scores);
  }
  const auto columns = weights.sparse.columns_of(from.item);
  const auto values = weights.sparse.values_of(from.item);
  for (size_t e = 0; e < columns.size(); ++e) scores[columns[e]] += from.weight * values[e];
}

// Events of the same item are adjacent afterwards; their weights are added, the latest first.
std::vector<HistoryWeight> by_item(const ItemToItem& weights, std::span<const uint32_t> items) {
  const bool decays = !weights.recency.empty();
  const size_t used = decays ? std::min(items.size(), weights.recency.size()) : items.size();
  std::vector<HistoryWeight> all;
  for (size_t k = 0; k < used; ++k)
    all.push_back({items[items.size() - 1 - k], decays ? weights.recency[k] : 1.0f});
  std::ranges::stable_sort(all, {}, &HistoryWeight::item);
  std::vector<HistoryWeight> distinct;
  for (const HistoryWeight& event : all) {
    if (distinct.empty() || distinct.back().item != event.item) {
      distinct.push_back(event);
    } else if (decays) {
      distinct.back().weight += event.weight;
    }
  }
  return distinct;
}

// The items that a history leads to. Its memory is used again for the next history.
class Reached {
 public:
  explicit Reached(const ItemToItem& weights) : weights_(weights), sums_(weights.items) {}

  // The best k of those with a score above 0, or fewer if there are not as many.
  std::vector<Scored> best(const QueryHistory& history, size_t k, Eligible eligible,
                           std::span<const uint32_t> left_out) {
    items_.clear();
    scores_.clear();
    for (const HistoryWeight& from : history_weights(weights_, history)) add(from);
    for (uint32_t item : left_out) sums_[item] = 0;
    size_t kept = 0;
    for (uint32_t item : items_) {
      // An item may be listed again, if its sum was 0 in between; then it is 0 now.
      const float score = std::exchange(sums_[item], 0.0f);
      if (!(score > 0) || (!eligible.empty() && !eligible[item])) continue;
      items_[kept++] = item;
      scores_.push_back(score);
    }
    items_.resize(kept);
    TopK best(std::min(k, kept));
    best.push(scores_, items_);
    return best.take();
  }

 private:
  // In the same order as add_row(), for the same bits.
  void add(const HistoryWeight& from) {
    const auto columns = weights_.sparse.columns_of(from.item);
    const auto values = weights_.sparse.values_of(from.item);
    for (size_t e = 0; e < columns.size(); ++e) {
      const uint32_t item = columns[e];
      if (sums_[item] == 0) items_.push_back(item);
      sums_[item] += from.weight * values[e];
    }
  }

  const ItemToItem& weights_;
  std::vector<float> sums_;      // [items], 0 between histories
  std::vector<uint32_t> items_;  // those whose sum is not 0
  std::vector<float> scores_;
};

Explanation explain_history(const ItemToItem& weights, std::span<const HistoryWeight> history,
                            uint32_t item) {
  FeatureShare share{.feature = kHistory, .column = kHistory};
  for (const HistoryWeight& from : history) {
    const double score = double{from.weight} * double{weights.at(from.item, item)};
    share.score += score;
    if (score != 0) share.history.push_back({from.item, score, {}});
  }
  keep_largest(share.history);
  return {kHistory, 0, {std::move(share)}};
}

}  // namespace

float ItemToItem::at(uint32_t from, uint32_t to) const {
  if (is_dense()) return dense.data()[size_t{from} * items + to];
  return sparse.at(from, to);
}

std::vector<HistoryWeight> history_weights(const ItemToItem& weights, const QueryHistory& history) {
  std::vector<HistoryWeight> all = by_item(weights, history.items);
  const bool reaches = weights.is_dense() || std::ranges::any_of(all, [&](const HistoryWeight& from) {
                         return !weights.sparse.columns_of(from.item).empty();
                       });
  if (!reaches) all.clear();
  return all;
}

ItemToItemRetriever::ItemToItemRetriever(std::string kind, std::shared_ptr<const ItemToItem> weights)
    : kind_(std::move(kind)), weights_(std::move(weights)) {}

void ItemToItemRetriever::score_all(const QueryBatch& queries, Matrix scores) const {
  for (size_t q = 0; q < queries.rows; ++q) {
    const std::span<float> row = scores.row_span(q);
    const std::vector<HistoryWeight> history = history_weights(*weights_, queries.histories[q]);
    if (history.empty()) {
      std::ranges::copy(weights_->popular, row.begin());
      continue;
    }
    std::ranges::fill(row, 0.0f);
    for (const HistoryWeight& from : history) add_row(*weights_, from, row);
  }
}

std::vector<Found> ItemToItemRetriever::retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                                                 LeftOutItems left_out) const {
  if (weights_->is_dense()) return Retriever::retrieve(queries, k, eligible, left_out);
  Reached reached(*weights_);
  std::vector<Found> found;
  for (size_t q = 0; q < queries.rows; ++q) {
    queries.deadline.check();
    Found best{reached.best(queries.histories[q], k, eligible, left_out[q]), true};
    if (best.best.size() < std::min(k, items())) {
      const QueryBatch one{
          .rows = 1, .histories = queries.histories.subspan(q, 1), .deadline = queries.deadline};
      best = Retriever::retrieve(one, k, eligible, left_out.subspan(q, 1)).front();
    }
    found.push_back(std::move(best));
  }
  return found;
}

std::vector<Explanation> ItemToItemRetriever::explain(const QueryBatch& query,
                                                      std::span<const uint32_t> items,
                                                      const Deadline& deadline) const {
  const std::vector<HistoryWeight> history = history_weights(*weights_, query.histories[0]);
  std::vector<Explanation> explanations;
  for (uint32_t item : items) {
    deadline.check();
    explanations.push_back(history.empty() ? Explanation{"popular", double{weights_->popular[item]}, {}}
                                           : explain_history(*weights_, history, item));
  }
  return explanations;
}

double ItemToItemRetriever::operations() const {
  constexpr double kItemsOfAHistory = 100;  // an estimate
  const auto all = static_cast<double>(items());
  if (weights_->is_dense()) return all * kItemsOfAHistory;
  return all + kItemsOfAHistory * static_cast<double>(weights_->sparse.values.size()) / std::max(1.0, all);
}

size_t ItemToItemRetriever::memory_bytes() const {
  return weights_->sparse.memory_bytes() +
         sizeof(float) * (weights_->dense.size() + weights_->recency.size() + weights_->popular.size());
}

void ItemToItemRetriever::save(RetrieverWriter& files) const {
  const size_t items = weights_->items;
  std::vector<TensorView> tensors;
  if (weights_->is_dense()) {
    tensors.push_back(tensor_view<float>(kWeights, {items, items}, weights_->dense));
  } else {
    tensors = sparse_tensors(kWeights, weights_->sparse);
  }
  tensors.push_back(tensor_view<float>(kRecency, {weights_->recency.size()}, weights_->recency));
  tensors.push_back(tensor_view<float>(kPopular, {items}, weights_->popular));
  files.add_tensors(kind_ + ".safetensors", tensors);
}

std::unique_ptr<Retriever> load_item_to_item(const std::string& kind, const StoredModel& stored) {
  const size_t items = stored.items.ids.size();
  auto weights = std::make_shared<ItemToItem>();
  weights->items = items;
  stored.files.read(kind + ".safetensors", [&](StoredFile file) {
    const auto owner = std::make_shared<const SafetensorsFile>(file.tensors());
    const SafetensorsFile& tensors = *owner;
    const auto read = [&](const char* name, std::span<const size_t> shape) {
      const auto values = tensors.need(name, DType::F32, shape).floats();
      if (!all_finite(values)) throw data_error("tensor '{}' has a value that is not finite", name);
      return values;
    };
    if (tensors.find(kWeights) != nullptr) {
      const size_t square[] = {items, items};
      weights->dense = read(kWeights, square);
      weights->owner = owner;
    } else {
      weights->sparse = read_sparse(tensors, kWeights, items, items);
    }
    const TensorView* recency = tensors.find(kRecency);
    const size_t window[] = {recency == nullptr || recency->shape.size() != 1 ? 0 : recency->shape[0]};
    const auto decay = read(kRecency, window);
    const size_t all[] = {items};
    const auto popular = read(kPopular, all);
    weights->recency.assign(decay.begin(), decay.end());
    weights->popular.assign(popular.begin(), popular.end());
  });
  return std::make_unique<ItemToItemRetriever>(kind, std::move(weights));
}

std::vector<float> item_sums(const SparseMatrix& users) {
  std::vector<double> sums(users.cols);
  for (size_t e = 0; e < users.columns.size(); ++e) sums[users.columns[e]] += users.values[e];
  return {sums.begin(), sums.end()};
}

ItemToItemLearner::ItemToItemLearner(const LearnerInput& input, std::string kind)
    : input_(input), kind_(std::move(kind)) {
  const Value* written = input.kind.written.find("kind");
  if (input.prepared.data.user_of_query.empty())
    throw input.kind.where.below("kind").error(
        written != nullptr ? *written : input.kind.written,
        fmt::format("\"{}\" needs data.user, and a feature of that column in query.features", kind_));
}

void ItemToItemLearner::announce(TrainingCallback& callback) const {
  const ModelSpec none;
  callback.prepared(input_.training, input_.prepared.data, none, Parameters(none));
}

Fitted ItemToItemLearner::fit(const FitOptions& options, TrainingCallback&, const std::atomic<bool>& stop) {
  reject_checkpoints(options, kind_);
  const SparseMatrix users = user_items(input_.prepared.data, value());
  if (users.columns.empty())
    throw failed("\"{}\" has nothing to learn from: no training row has a user and a weight above 0", kind_);
  auto learnt = std::make_shared<ItemToItem>(learn(users, stop));
  if (stop) return {.finished = false, .went_on = false, .history = {}, .rates = {}};
  learnt->items = users.cols;
  learnt->popular = item_sums(users);
  learnt_ = std::move(learnt);
  return {};
}

std::unique_ptr<Retriever> ItemToItemLearner::make_retriever(bool) {
  return std::make_unique<ItemToItemRetriever>(kind_, learnt_);
}

}  // namespace shortlist
