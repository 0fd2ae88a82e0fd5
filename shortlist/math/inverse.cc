#include "shortlist/math/inverse.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "shortlist/math/product.h"

namespace shortlist {
namespace {

// Rows and columns of a step, and of a step within its diagonal block; rows and panels of a task, and the
// side of a square that is mirrored at once.
constexpr size_t kBlockOfMatrix = 256, kBlockOfBlock = 32;
constexpr size_t kRowsATask = 96, kPanelsATask = 16, kSquare = 32;
// Added to rows whose length is a power of two, so that they do not compete for the same cache lines.
constexpr size_t kPadding = 16;

struct InFloats {
  using Number = float;
  using View = Matrix;
  using RightOperand = Panels;
  class Memory {
   public:
    Memory(size_t rows, size_t cols) : buffer_(rows, cols + kPadding), rows_(rows), cols_(cols) {}
    Matrix view() { return buffer_.view(rows_, cols_, cols_ + kPadding); }

   private:
    Buffer buffer_;
    size_t rows_, cols_;
  };
  static void add(const View& a, const Panels& b, const View& c, size_t panels) {
    multiply(ConstMatrix(a), b, c, true, {}, {0, panels});
  }
};

struct InDoubles {
  using Number = double;
  using View = DoubleMatrix;
  using RightOperand = DoublePanels;
  class Memory {
   public:
    Memory(size_t rows, size_t cols) : values_(rows * (cols + kPadding)), rows_(rows), cols_(cols) {}
    DoubleMatrix view() { return {values_.data(), rows_, cols_, cols_ + kPadding}; }

   private:
    std::vector<double> values_;
    size_t rows_, cols_;
  };
  static void add(const View& a, const DoublePanels& b, const View& c, size_t panels) {
    add_product(a, b, c, panels);
  }
};

// Inverts a small symmetric matrix [n,n] in place. Returns false if a pivot is not above `least`.
bool invert_small(std::vector<double>& a, size_t n, double least) {
  for (size_t k = 0; k < n; ++k) {
    const double pivot = a[k * n + k];
    if (!(pivot > least)) return false;
    double* own = &a[k * n];
    for (size_t j = 0; j < n; ++j) own[j] /= pivot;
    own[k] = 1 / pivot;
    for (size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      double* row = &a[i * n];
      const double factor = row[k];
      row[k] = 0;
      for (size_t j = 0; j < n; ++j) row[j] -= factor * own[j];
    }
  }
  return true;
}

bool invert_block(std::vector<double>& a, size_t n, double least);

template <typename In, size_t kBlock>
class Sweeps {
  using Number = typename In::Number;
  using View = typename In::View;

 public:
  // A pivot that is not above `least` ends the work.
  Sweeps(View a, double least, ThreadPool& pool)
      : a_(a), n_(a.rows), pool_(pool), least_(least), columns_(n_, kBlock), solved_(n_, kBlock) {}

  bool run(const std::atomic<bool>& stop) {
    for (size_t begin = 0; begin < n_; begin += kBlock) {
      if (stop || !step(begin, std::min(begin + kBlock, n_))) return false;
    }
    finish();
    return true;
  }

 private:
  // Afterwards the block of rows and columns [begin, end) is swept: a_kk = -a_kk⁻¹, a_ik = a_ik a_kk⁻¹ and
  // a_ij -= a_ik a_kk⁻¹ a_kj.
  bool step(size_t begin, size_t end) {
    const size_t width = end - begin;
    std::vector<double> inverse(width * width);
    for (size_t i = 0; i < width; ++i)
      for (size_t j = 0; j <= i; ++j)
        inverse[i * width + j] = inverse[j * width + i] = a_(begin + i, begin + j);
    if (!(kBlock == kBlockOfBlock ? invert_small : invert_block)(inverse, width, least_)) return false;
    // Blocks have kBlock columns in memory; those of a narrower last block are zeros.
    View columns = columns_.view(), solved = solved_.view();
    take_columns(columns, begin, end);
    solve(columns, inverse, width, solved);
    pool_.run(chunk_count(right_.count(), kPanelsATask), [&](size_t task, int) {
      const RowRange panels = chunk_rows(right_.count(), kPanelsATask, task);
      right_.pack_transposed(columns, panels.begin, panels.end);
    });
    // The rows of the block itself are zero in `columns`, so the product leaves its rows and columns.
    const size_t tasks = chunk_count(n_, kRowsATask);
    pool_.run(tasks, [&](size_t task, int) {
      const RowRange rows = chunk_rows(n_, kRowsATask, spread(task, tasks));
      In::add(solved.slice(rows.begin, rows.end), right_, a_.slice(rows.begin, rows.end),
              chunk_count(rows.end, Panels::kPanelColumns));
    });
    put_columns(solved, inverse, begin, end);
    return true;
  }

  // Alternates short and long rows, so that each thread's share is about as long.
  static size_t spread(size_t task, size_t tasks) { return task % 2 == 0 ? task / 2 : tasks - 1 - task / 2; }

  // columns(i, k) = a(i, begin + k), by symmetry; zero in the rows of the block.
  void take_columns(const View& columns, size_t begin, size_t end) {
    right_.resize(kBlock, n_);
    pool_.run(chunk_count(n_, kRowsATask), [&](size_t task, int) {
      const RowRange rows = chunk_rows(n_, kRowsATask, task);
      for (size_t i = rows.begin; i < rows.end; ++i) {
        Number* to = columns.row(i);
        std::fill_n(to, kBlock, Number{0});
        if (i >= end) std::copy_n(a_.row(i) + begin, end - begin, to);
      }
      for (size_t k = begin; k < end; ++k) {
        for (size_t i = rows.begin; i < std::min(rows.end, begin); ++i) columns(i, k - begin) = a_(k, i);
      }
    });
  }

  // solved = -columns inverse.
  void solve(const View& columns, const std::vector<double>& inverse, size_t width, const View& solved) {
    typename In::Memory memory(kBlock, kBlock);
    const View negative = memory.view();
    for (size_t i = 0; i < width; ++i)
      for (size_t j = 0; j < width; ++j) negative(i, j) = static_cast<Number>(-inverse[i * width + j]);
    typename In::RightOperand panels;
    panels.resize(kBlock, kBlock);
    panels.pack_transposed(negative, 0, panels.count());
    pool_.run(chunk_count(n_, kRowsATask), [&](size_t task, int) {
      const RowRange rows = chunk_rows(n_, kRowsATask, task);
      const View to = solved.slice(rows.begin, rows.end);
      for (size_t i = 0; i < to.rows; ++i) std::fill_n(to.row(i), kBlock, Number{0});
      In::add(columns.slice(rows.begin, rows.end), panels, to, panels.count());
    });
  }

  // `solved` has the opposite sign.
  void put_columns(const View& solved, const std::vector<double>& inverse, size_t begin, size_t end) {
    const size_t width = end - begin;
    pool_.run(chunk_count(n_, kRowsATask), [&](size_t task, int) {
      const RowRange rows = chunk_rows(n_, kRowsATask, task);
      for (size_t i = std::max(rows.begin, end); i < rows.end; ++i)
        for (size_t k = 0; k < width; ++k) a_(i, begin + k) = -solved(i, k);
      for (size_t k = begin; k < end; ++k)
        for (size_t i = rows.begin; i < std::min(rows.end, begin); ++i) a_(k, i) = -solved(i, k - begin);
    });
    for (size_t i = 0; i < width; ++i)
      for (size_t j = 0; j <= i; ++j) a_(begin + i, begin + j) = static_cast<Number>(-inverse[i * width + j]);
  }

  // Changes the sign and mirrors the lower triangle.
  void finish() {
    pool_.run(chunk_count(n_, kSquare), [&](size_t task, int) {
      const RowRange rows = chunk_rows(n_, kSquare, task);
      for (size_t begin = 0; begin <= rows.begin; begin += kSquare) {
        for (size_t i = rows.begin; i < rows.end; ++i) {
          for (size_t j = begin; j < std::min(begin + kSquare, i + 1); ++j) {
            a_(i, j) = -a_(i, j);
            a_(j, i) = a_(i, j);
          }
        }
      }
    });
  }

  const View a_;
  const size_t n_;
  ThreadPool& pool_;
  const double least_;
  typename In::Memory columns_, solved_;
  typename In::RightOperand right_;
};

// The same by sweeps of smaller blocks.
bool invert_block(std::vector<double>& a, size_t n, double least) {
  ThreadPool one(1);
  const std::atomic<bool> go_on = false;
  return Sweeps<InDoubles, kBlockOfBlock>(DoubleMatrix{a.data(), n, n, n}, least, one).run(go_on);
}

template <typename In, typename View>
bool invert_matrix(const View& a, ThreadPool& pool, const std::atomic<bool>& stop) {
  SHORTLIST_CHECK(a.rows == a.cols);
  double largest = 0;
  for (size_t i = 0; i < a.rows; ++i) largest = std::max<double>(largest, a(i, i));
  const double least = largest * std::numeric_limits<typename In::Number>::epsilon();
  return Sweeps<In, kBlockOfMatrix>(a, least, pool).run(stop);
}

}  // namespace

bool invert(Matrix a, ThreadPool& pool, const std::atomic<bool>& stop) {
  return invert_matrix<InFloats>(a, pool, stop);
}

bool invert(DoubleMatrix a, ThreadPool& pool, const std::atomic<bool>& stop) {
  return invert_matrix<InDoubles>(a, pool, stop);
}

size_t inverse_scratch_bytes(size_t n, size_t bytes_of_a_number) {
  return 3 * (n + Panels::kPanelColumns) * (kBlockOfMatrix + kPadding) * bytes_of_a_number;
}

}  // namespace shortlist
