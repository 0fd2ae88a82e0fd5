#include "shortlist/learners/ease.h"

#include <algorithm>
#include <cmath>

#include "shortlist/learners/gram.h"
#include "shortlist/math/inverse.h"
#include "shortlist/math/top_k.h"

namespace shortlist {
namespace {

constexpr size_t kRowsATask = 16;
// The error of the inverse is about the condition times the precision, 6e-8 in float32.
constexpr double kMostInFloats = 1e5;

// `p` is the inverse, and `weights` may be the same memory.
template <typename Number>
void write_weights(const Number* p, size_t n, float* weights, ThreadPool& pool) {
  std::vector<double> diagonal;
  for (size_t i = 0; i < n; ++i) diagonal.push_back(p[i * n + i]);
  pool.run(chunk_count(n, kRowsATask), [&](size_t task, int) {
    const RowRange rows = chunk_rows(n, kRowsATask, task);
    for (size_t i = rows.begin; i < rows.end; ++i) {
      for (size_t j = 0; j < n; ++j)
        weights[i * n + j] = static_cast<float>(-double{p[i * n + j]} / diagonal[j]);
      weights[i * n + i] = 0;
    }
  });
}

void add_to_diagonal(auto* matrix, size_t n, double value) {
  for (size_t i = 0; i < n; ++i) {
    auto& own = matrix[i * n + i];
    own = static_cast<std::remove_reference_t<decltype(own)>>(own + value);
  }
}

[[noreturn]] void throw_singular(double l2) {
  throw failed("\"ease\" cannot invert the items' matrix: it is singular at l2 = {}; use a larger l2", l2);
}

// The `keep` weights of each row that are largest in size.
SparseMatrix largest_of_rows(std::span<const float> weights, size_t n, size_t keep, ThreadPool& pool) {
  std::vector<std::vector<Scored>> rows(n);
  pool.run(n, [&](size_t i, int) {
    std::vector<float> sizes;
    for (float weight : weights.subspan(i * n, n)) sizes.push_back(std::abs(weight));
    sizes[i] = NAN;
    TopK best(std::min(keep, n));
    best.push(sizes, 0);
    rows[i] = best.take();
    std::erase_if(rows[i], [](const Scored& scored) { return scored.score == 0; });
    std::ranges::sort(rows[i], {}, &Scored::index);
    for (Scored& scored : rows[i]) scored.score = weights[i * n + scored.index];
  });
  SparseMatrix kept{.cols = n};
  for (const std::vector<Scored>& row : rows) kept.add_row(row);
  return kept;
}

class EaseLearner final : public ItemToItemLearner {
 public:
  EaseLearner(const LearnerInput& input, const EaseSettings& settings)
      : ItemToItemLearner(input, EaseSettings::kind), settings_(settings) {
    check_memory(EaseSettings::kind, items(), bytes(false));
  }

 protected:
  ItemToItem learn(const SparseMatrix& users, const std::atomic<bool>& stop) override {
    const bool doubles = needs_doubles(users, settings_.l2);
    if (doubles) check_memory(EaseSettings::kind, items(), bytes(true));
    return ease_weights(users, settings_, doubles, input().pool, stop);
  }

 private:
  size_t items() const { return input().prepared.data.items.ids.size(); }
  // In floats, the matrix and, for the golden requests, that of the bundle. In doubles, both forms of it.
  double bytes(bool doubles) const {
    const auto n = static_cast<double>(items());
    return n * n *
               (doubles              ? 12
                : settings_.keep > 0 ? 4
                                     : 8) +
           static_cast<double>(inverse_scratch_bytes(items(), doubles ? 8 : 4));
  }

  const EaseSettings settings_;
};

}  // namespace

bool needs_doubles(const SparseMatrix& users, double l2) {
  return (largest_row_sum(users) + l2) / l2 > kMostInFloats;
}

ItemToItem ease_weights(const SparseMatrix& users, const EaseSettings& settings, bool doubles,
                        ThreadPool& pool, const std::atomic<bool>& stop) {
  const size_t n = users.cols;
  auto memory = std::make_shared<Buffer>(n, n);
  if (doubles) {
    std::vector<double> p(n * n);
    fill_gram<double>(users, {p.data(), n}, false, pool);
    add_to_diagonal(p.data(), n, settings.l2);
    if (!invert(DoubleMatrix{p.data(), n, n, n}, pool, stop) && !stop) throw_singular(settings.l2);
    write_weights(p.data(), n, memory->data(), pool);
  } else {
    fill_gram<float>(users, {memory->data(), n}, false, pool);
    add_to_diagonal(memory->data(), n, settings.l2);
    if (!invert(memory->view(n, n), pool, stop) && !stop) throw_singular(settings.l2);
    write_weights(memory->data(), n, memory->data(), pool);
  }
  ItemToItem weights{.items = n};
  if (settings.keep > 0) {
    weights.sparse = largest_of_rows(memory->span(), n, static_cast<size_t>(settings.keep), pool);
  } else {
    weights.dense = memory->span();
    weights.owner = memory;
  }
  return weights;
}

std::unique_ptr<Learner> EaseSettings::make_learner(const LearnerInput& input) const {
  return std::make_unique<EaseLearner>(input, *this);
}

}  // namespace shortlist
