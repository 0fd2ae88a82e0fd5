// Dense products in float64, for systems whose condition needs it. As in math/product.h, an element of C is
// one chain of fused multiply-adds with k ascending, whatever the blocks and the vector width are.
#pragma once

#include <cstddef>
#include <vector>

namespace shortlist {

// A view of rows x cols doubles; row r starts at data + r * stride.
struct DoubleMatrix {
  double* data = nullptr;
  size_t rows = 0, cols = 0, stride = 0;

  double* row(size_t r) const { return data + r * stride; }
  double& operator()(size_t r, size_t c) const { return data[r * stride + c]; }
  DoubleMatrix slice(size_t begin, size_t end) const { return {row(begin), end - begin, cols, stride}; }
};

// The right operand B[K,N] in panels of kPanelColumns columns, padded with zeros.
class DoublePanels {
 public:
  static constexpr size_t kPanelColumns = 16;

  void resize(size_t inner, size_t columns);
  size_t inner() const { return inner_; }
  size_t columns() const { return columns_; }
  size_t count() const { return (columns_ + kPanelColumns - 1) / kPanelColumns; }
  // Fills panels [begin, end) from b[N,K], for products with bᵀ. Different threads may fill different panels.
  void pack_transposed(const DoubleMatrix& b, size_t begin, size_t end);
  const double* panel(size_t index) const { return data_.data() + index * inner_ * kPanelColumns; }

 private:
  size_t inner_ = 0, columns_ = 0;
  std::vector<double> data_;
};

// c += a B in the first `panels` panels: a[M,K], c[M,N].
void add_product(const DoubleMatrix& a, const DoublePanels& b, const DoubleMatrix& c, size_t panels);

}  // namespace shortlist
