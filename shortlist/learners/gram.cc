#include "shortlist/learners/gram.h"

#include <algorithm>

#include "shortlist/base/available_memory.h"
#include "shortlist/base/count_text.h"

namespace shortlist {
namespace {

constexpr size_t kItemsATask = 16, kSquare = 32;

}  // namespace

template <typename Number>
void fill_gram(const SparseMatrix& x, GramView<Number> g, bool mirror, ThreadPool& pool) {
  const SparseMatrix items = transpose(x.view());
  const size_t tasks = chunk_count(g.items, kItemsATask);
  pool.run(tasks, [&](size_t task, int) {
    const RowRange range = chunk_rows(g.items, kItemsATask, task);
    for (size_t item = range.begin; item < range.end; ++item) {
      Number* row = g.row(item);
      std::fill_n(row, item + 1, Number{0});
      const auto users = items.columns_of(item);
      const auto values = items.values_of(item);
      for (size_t u = 0; u < users.size(); ++u) {
        const auto taken = x.columns_of(users[u]);
        const auto weights = x.values_of(users[u]);
        const auto own = static_cast<Number>(values[u]);
        for (size_t e = 0; e < taken.size() && taken[e] <= item; ++e)
          row[taken[e]] += own * static_cast<Number>(weights[e]);
      }
    }
  });
  if (!mirror) return;
  pool.run(chunk_count(g.items, kSquare), [&](size_t task, int) {
    const RowRange rows = chunk_rows(g.items, kSquare, task);
    for (size_t begin = 0; begin < rows.end; begin += kSquare) {
      for (size_t i = rows.begin; i < rows.end; ++i)
        for (size_t j = begin; j < std::min(begin + kSquare, i); ++j) g.row(j)[i] = g.row(i)[j];
    }
  });
}

template void fill_gram(const SparseMatrix&, GramView<float>, bool, ThreadPool&);
template void fill_gram(const SparseMatrix&, GramView<double>, bool, ThreadPool&);

double largest_row_sum(const SparseMatrix& x) {
  std::vector<double> sums(x.cols);
  for (size_t u = 0; u < x.rows(); ++u) {
    double of_user = 0;
    for (float value : x.values_of(u)) of_user += std::abs(value);
    const auto items = x.columns_of(u);
    for (size_t e = 0; e < items.size(); ++e) sums[items[e]] += of_user * std::abs(x.values_of(u)[e]);
  }
  return sums.empty() ? 0 : std::ranges::max(sums);
}

void check_memory(const std::string& kind, size_t items, double bytes) {
  const auto available = static_cast<double>(available_memory());
  if (bytes <= available) return;
  throw failed(
      "\"{}\" needs {} of memory for matrices of {} × {} items, but {} is available; use fewer items, or "
      "another kind, such as item_knn",
      kind, bytes_text(bytes), count_text(items), count_text(items), bytes_text(available));
}

}  // namespace shortlist
