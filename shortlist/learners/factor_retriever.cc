#include "shortlist/learners/factor_retriever.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "shortlist/math/product.h"

namespace shortlist {
namespace {

constexpr const char* kHistory = "history";

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t k = 0; k < a.size(); ++k) sum += double{a[k]} * double{b[k]};
  return sum;
}

Explanation explain_item(const FoldedHistory& folded, std::span<const float> vector) {
  if (folded.items.empty()) return {"popular", dot(folded.rest, vector), {}};
  FeatureShare share{.feature = kHistory, .column = kHistory, .score = 0, .predictions = {}, .history = {}};
  for (size_t h = 0; h < folded.items.size(); ++h) {
    const double score = dot(folded.parts[h], vector);
    share.score += score;
    share.history.push_back({folded.items[h], score, {}});
  }
  keep_largest(share.history);
  Explanation why{.method = kHistory, .constant = dot(folded.rest, vector), .features = {}};
  why.features.push_back(std::move(share));
  return why;
}

}  // namespace

void FoldedHistory::add_up_to(std::span<const float> vector) {
  rest.assign(vector.begin(), vector.end());
  for (const std::vector<float>& part : parts) {
    for (size_t k = 0; k < rest.size(); ++k) rest[k] -= part[k];
  }
}

std::vector<HistoryItem> distinct_items(const QueryHistory& history) {
  std::vector<HistoryItem> all;
  for (size_t e = 0; e < history.size(); ++e) {
    const float label = history.labels.empty() ? std::numeric_limits<float>::quiet_NaN() : history.labels[e];
    all.push_back({history.items[e], 1, label});
  }
  std::ranges::stable_sort(all, {}, &HistoryItem::item);
  std::vector<HistoryItem> distinct;
  for (const HistoryItem& event : all) {
    if (distinct.empty() || distinct.back().item != event.item) {
      distinct.push_back(event);
      continue;
    }
    ++distinct.back().count;
    if (!std::isnan(event.label)) distinct.back().label = event.label;
  }
  return distinct;
}

FactorRetriever::ItemVectors::ItemVectors(const FactorTable& factors,
                                          std::span<const std::vector<float>> more)
    : rows_(factors.rows()),
      count_(factors.factors()),
      width_(count_ + more.size()),
      factors_(rows_, count_),
      all_(rows_, width_) {
  for (size_t i = 0; i < rows_; ++i) {
    std::copy_n(factors.row(i), count_, factors_.data() + i * count_);
    std::copy_n(factors.row(i), count_, all_.data() + i * width_);
    for (size_t c = 0; c < more.size(); ++c) all_.data()[i * width_ + count_ + c] = more[c][i];
  }
}

FactorRetriever::FactorRetriever(ItemVectors vectors, IndexKind index, std::unique_ptr<Hnsw> graph)
    : vectors_(std::move(vectors)),
      index_(std::make_unique<VectorIndex>(vectors_.all(), index, std::move(graph))) {}

Buffer FactorRetriever::query_vectors(const QueryBatch& queries) const {
  Buffer memory(queries.rows, vectors_.width());
  const Matrix rows = memory.view(queries.rows, vectors_.width());
  for (size_t q = 0; q < queries.rows; ++q) {
    queries.deadline.check();
    write_query(queries, q, rows.row_span(q));
  }
  return memory;
}

void FactorRetriever::score_all(const QueryBatch& queries, Matrix scores) const {
  const Buffer memory = query_vectors(queries);
  index_->score_all(memory.view(queries.rows, vectors_.width()), scores);
}

std::vector<float> FactorRetriever::score_pairs(const QueryBatch& queries, std::span<const uint32_t> query,
                                                std::span<const uint32_t> item) const {
  const Buffer memory = query_vectors(queries);
  const ConstMatrix rows = memory.view(queries.rows, vectors_.width());
  std::vector<float> scores(query.size());
  Panels panels;
  // Runs of pairs with the same query.
  for (size_t begin = 0, end = 0; begin < query.size(); begin = end) {
    while (end < query.size() && query[end] == query[begin]) ++end;
    panels.pack_transposed(vectors_.all(), item.subspan(begin, end - begin));
    multiply(rows.slice(query[begin], query[begin] + 1), panels,
             as_row(std::span(scores).subspan(begin, end - begin)));
  }
  return scores;
}

std::vector<Found> FactorRetriever::retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                                             LeftOutItems left_out) const {
  const Buffer memory = query_vectors(queries);
  return index_->retrieve(memory.view(queries.rows, vectors_.width()), k, eligible, left_out,
                          queries.deadline);
}

std::vector<Found> FactorRetriever::retrieve_exactly(const QueryBatch& queries, size_t k, Eligible eligible,
                                                     LeftOutItems left_out) const {
  const Buffer memory = query_vectors(queries);
  return index_->retrieve_exactly(memory.view(queries.rows, vectors_.width()), k, eligible, left_out,
                                  queries.deadline);
}

std::vector<Explanation> FactorRetriever::explain(const QueryBatch& query, std::span<const uint32_t> items,
                                                  const Deadline& deadline) const {
  const FoldedHistory folded = fold(query, 0);
  std::vector<Explanation> explanations;
  for (const uint32_t item : items) {
    deadline.check();
    explanations.push_back(explain_item(folded, vectors_.all().row_span(item)));
  }
  return explanations;
}

size_t FactorRetriever::memory_bytes() const {
  return vectors_.rows() * (vectors_.width() + vectors_.factors().cols) * sizeof(float) +
         index_->memory_bytes();
}

// Some evenly spaced users help to choose how the graph is linked.
std::unique_ptr<Hnsw> build_graph(const FactorRetriever::ItemVectors& vectors, const LearnerInput& input,
                                  IndexKind index, const FactorTable& users) {
  if (index != IndexKind::hnsw) return nullptr;
  constexpr size_t kMost = 256;
  const size_t count = std::min(users.rows(), kMost);
  Buffer queries(count, vectors.width());
  for (size_t i = 0; i < count; ++i) {
    const auto user = users.row_span(i * users.rows() / count);
    std::ranges::copy(user, queries.data() + i * vectors.width());
  }
  return std::make_unique<Hnsw>(vectors.all(), input.training.hnsw, input.pool,
                                queries.view(count, vectors.width()));
}

}  // namespace shortlist
