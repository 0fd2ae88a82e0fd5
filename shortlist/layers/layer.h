// A layer: the maths of one node of a model. It holds settings only; parameters and buffers belong to the
// plan that runs it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/base/threads.h"
#include "shortlist/layers/initializer.h"
#include "shortlist/math/product.h"
#include "shortlist/math/tiles.h"
#include "shortlist/table/encoded.h"

namespace shortlist {

// No layer is wider.
inline constexpr int kMostWidth = 1 << 20;

struct ParameterSpec {
  std::string name;  // within the layer: "kernel"
  size_t rows = 0, cols = 0;
  Initializer initializer = Initializer::zeros;
  Regularizer regularizer;
  bool trainable = true;
  bool table = false;   // rows are looked up by id: a step touches few of them
  bool packed = false;  // a right operand of products, which wants panels
  bool halves = false;  // each half of the batch's rows gives a part of its gradient
};

// What a layer needs to stand at its place: found once, when the model is compiled.
struct LayerPlan {
  int width = 0;  // columns of the output
  std::vector<ParameterSpec> parameters;
  std::vector<int> row_buffers;    // widths of buffers with a row for each row of the batch
  std::vector<int> part_buffers;   // with a row for each part of the batch's rows
  std::vector<int> batch_buffers;  // sizes of buffers that the batch shares
};

// The rows of a table that a batch looks up, in order of first appearance, and from where: row touched[i] is
// looked up by batch rows users[offsets[i] .. offsets[i + 1]), ascending, once for each time that its id
// stands in their bags.
struct TouchedRows {
  std::vector<uint32_t> touched, offsets, users;
  std::vector<uint32_t> place_of_id;  // of each id of the batch, bag after bag, its place in `touched`
};

// A parameter while a model runs. Of a table, `gradient` holds one row for each entry of rows.touched.
struct ParameterState {
  ParameterSpec spec;
  Matrix value, gradient;
  Panels packed, packed_transposed;
  // With spec.halves: the part of the gradient that the second half of the batch's rows gives. Each half is
  // worked on where its rows are; the optimizer joins them.
  Matrix second_gradient;
  TouchedRows rows;
  Buffer gradient_memory, second_memory;

  // Makes the gradients of what is trained; not of tables, whose gradient grows with what a batch touches.
  void make_gradient();
  // Of a packed parameter: puts rows of its value, a whole number of panels from a panel's begin on, into
  // `packed`, and with `backward` into packed_transposed.
  void pack_rows(RowRange range, bool backward);
};

// Bags of ids, or numbers, of the rows of a batch: row r shows encoded row rows[r].
struct FeatureInput {
  const EncodedColumn* column = nullptr;
  std::span<const uint32_t> rows;
};

// Rows that are copies of other rows: row r copies source row source[r]. The copies of source row s are
// copies[offsets[s] .. offsets[s + 1]), ascending.
struct RowMap {
  std::span<const uint32_t> source, offsets, copies;
};

// Memory that a thread may use while it runs one task.
struct Scratch {
  Panels panels;
  Buffer floats, exact;
  std::vector<uint32_t> words;
  std::span<float> take(size_t size) {
    floats.reserve(size);
    return floats.span().first(size);
  }
};

// All that a layer sees of a batch.
struct Pass {
  size_t rows = 0;
  bool training = false;          // batch statistics and dropout are on
  bool backward_follows = false;  // gradients will be asked for
  std::span<const ConstMatrix> inputs;
  Matrix output;
  // Backward only. dinputs[i] has no data when nobody asks for that gradient; backward adds to it when
  // add[i], else writes it. `doutput` may be overwritten.
  std::span<const Matrix> dinputs;
  std::span<const uint8_t> add;
  Matrix doutput;
  // The ReLU's part of backward moves into the passes of the layer after it. relu_inputs[i]: inputs[i] comes
  // out of a ReLU whose layer leaves it to this one to make dinputs[i] zero where inputs[i] is not positive.
  // relu_left: this layer is such a one.
  std::span<const uint8_t> relu_inputs;
  bool relu_left = false;
  // What products alone read may be rounded (an Operand or a Result): of inputs[i] and dinputs[i] to what is
  // named here, empty: none is.
  std::span<const Precision> inputs_to, dinputs_to;
  Precision output_to = Precision::float32, doutput_to = Precision::float32;

  std::span<ParameterState* const> parameters;
  std::span<const Matrix> row_buffers, part_buffers;
  std::span<Buffer> batch_buffers;
  // A row may stand for several equal rows; empty: each for one.
  std::span<const float> multiplicity;
  double total_multiplicity = 0;
  uint64_t random_key = 0;  // of this node in this step
  FeatureInput feature;     // input layers
  RowMap map;               // of layers that copy rows of their input
};

// A batch's rows are worked on in parts, each on any thread next to others: an even number of about 192 rows,
// so that two threads finish together, in whole tiles of the products' six rows.
inline size_t most_parts(size_t rows) { return 2 * chunk_count(rows, 384); }  // of so many rows or fewer
inline size_t rows_a_part(size_t rows) {
  if (rows <= 48) return std::max<size_t>(1, rows);
  return (chunk_count(rows, most_parts(rows)) + 5) / 6 * 6;
}
inline size_t part_count(size_t rows) { return chunk_count(rows, rows_a_part(rows)); }
inline RowRange part_of_rows(size_t rows, size_t part) { return chunk_rows(rows, rows_a_part(rows), part); }

// What may be rounded: inputs and the output's gradient, where backward() and write_gradients() do nothing
// but multiply them (of a layer that ends in a ReLU: with relu_left); the output, by forward(); the gradient
// of the only input, by backward(), where nothing is added to it.
struct Rounding {
  bool inputs = false, doutput = false, output = false, dinput = false;
};

class Layer {
 public:
  virtual ~Layer() = default;
  virtual std::string_view kind() const = 0;
  // Its settings, as the config writes them: { dense = 32, activation = "relu" }.
  virtual Value settings() const = 0;

  // Throws a usage Error (without the node's name) when the inputs' widths do not fit.
  virtual LayerPlan plan(std::span<const int> widths) const = 0;

  virtual void forward(const Pass& pass, RowRange rows, Scratch& scratch) const = 0;
  virtual void backward(const Pass& pass, RowRange rows, Scratch& scratch) const = 0;

  // What a layer finds out of the batch's features before any row's forward(); one task.
  virtual bool prepares(const Pass&) const { return false; }
  virtual void prepare(const Pass&, Scratch&) const {}
  // A layer that has to know something of all rows before forward() looks at them part by part, as soon as
  // their inputs are there; then one thread puts together what it found.
  virtual bool looks_before_forward() const { return false; }
  virtual void look_before_forward(const Pass&, size_t /*part*/) const {}
  virtual void finish_looking_forward(const Pass&) const {}
  // The same before backward().
  virtual bool looks_before_backward() const { return false; }
  virtual void look_before_backward(const Pass&, size_t /*part*/) const {}
  virtual void finish_looking_backward(const Pass&) const {}
  // After backward() of all rows: writes the gradients of its parameters, each element by one task.
  virtual size_t gradient_tasks(const Pass&) const { return 0; }
  virtual void write_gradients(const Pass&, size_t, Scratch&) const {}

  // Multiply-adds of its products for one row, forward; each of the gradients by inputs and by parameters
  // takes as many. For profiles.
  virtual size_t multiply_adds(const Pass& pass) const;

  // Whether its last step is a ReLU, and whether its backward() heeds relu_inputs.
  virtual bool ends_in_relu() const { return false; }
  virtual bool heeds_relu_inputs() const { return false; }

  // Where one matrix serves two: whether backward() looks at what forward() wrote; whether forward() may
  // write over its only input, which backward() then does not look at; whether backward() may write that
  // input's gradient over its own output's, which write_gradients() then does not look at.
  virtual bool keeps_output() const { return true; }
  virtual bool forward_in_place() const { return false; }
  virtual bool backward_in_place() const { return false; }

  // What it can deal with rounded, in training in another precision than float32.
  virtual Rounding rounding() const { return {}; }

  // Whether rows with equal inputs may come out different in training, so that copies have to be told apart.
  // Such a layer has one input; where pass.map is set it makes the copies: its row r comes from the input's
  // row map.source[r], and backward()'s row range runs over the input's rows.
  virtual bool tells_copies_apart() const { return false; }
  // Whether inference is y = x A + b, for an x of all inputs side by side: what an explanation can take
  // apart.
  virtual bool affine() const { return false; }
  // Whether training and inference differ.
  virtual bool differs_in_training() const { return tells_copies_apart(); }
};

using LayerPtr = std::shared_ptr<const Layer>;

inline Matrix rows_of(const Matrix& matrix, RowRange rows) { return matrix.slice(rows.begin, rows.end); }
inline ConstMatrix rows_of(const ConstMatrix& matrix, RowRange rows) {
  return matrix.slice(rows.begin, rows.end);
}
inline Operand rows_of(const Operand& operand, RowRange rows) { return operand.slice(rows.begin, rows.end); }
// The input of a layer that has one, and its gradient, as products take them.
inline Operand only_input(const Pass& pass) {
  return {pass.inputs[0], pass.inputs_to.empty() ? Precision::float32 : pass.inputs_to[0]};
}
inline Result only_dinput(const Pass& pass) {
  return {pass.dinputs[0], pass.dinputs_to.empty() ? Precision::float32 : pass.dinputs_to[0]};
}
inline Result rows_of(const Result& result, RowRange rows) { return result.slice(rows.begin, rows.end); }
// The two halves of a batch's rows that parameters' gradients are made of, in whole tiles of the products.
inline RowRange half_of_rows(size_t rows, bool second) {
  const size_t half = std::min(rows, (rows / 2 + 11) / 12 * 12);
  return second ? RowRange{half, rows} : RowRange{0, half};
}
// Lets make(some, y) write some of the rows at a time, and rounds them, while they are in the first cache,
// into `to`, of all rows of the batch.
template <typename Make>
void make_rounded(const Result& to, RowRange rows, Scratch& scratch, Make make) {
  constexpr size_t kRowsAtOnce = 8;
  const size_t width = to.cols();
  scratch.exact.reserve(kRowsAtOnce * width);
  for (size_t r = rows.begin; r < rows.end; r += kRowsAtOnce) {
    const RowRange some = {r, std::min(rows.end, r + kRowsAtOnce)};
    const Matrix exact = scratch.exact.view(some.size(), width);
    make(some, exact);
    round(exact, to.slice(some.begin, some.end));
  }
}
inline void copy(std::span<const float> from, std::span<float> to) {
  std::copy(from.begin(), from.end(), to.begin());
}
inline void copy(const ConstMatrix& from, const Matrix& to) {
  for (size_t r = 0; r < from.rows; ++r) copy(from.row_span(r), to.row_span(r));
}

// The tasks that write the gradients of a packed parameter W[K,N] and of a bias b[1,N] or nullptr, dW = Xᵀ dY
// and db = 1ᵀ dY, from x[B,K] and dy[B,N] in the precision that W is packed for: each takes some rows of dW,
// or db, and the first or the second half of the batch.
struct ProductGradient {
  Operand x, dy;
  const ParameterState *weight, *bias;

  size_t tasks() const;
  void write(size_t task) const;
};

// Throws unless there are `count` inputs.
void expect_inputs(std::span<const int> widths, size_t count);

}  // namespace shortlist
