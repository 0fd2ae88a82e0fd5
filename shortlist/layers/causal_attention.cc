#include "shortlist/layers/causal_attention.h"

#include <cmath>

#include "shortlist/layers/rows.h"
#include "shortlist/layers/segments.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/math/row_passes.h"

namespace shortlist {
namespace {

// Rows of a segment whose weights are computed at once. There is never a matrix of all weights.
constexpr size_t kRowsAtOnce = 48;

enum Side { kQuery, kKey, kValue };

// Columns of one of q, k and v: the three may be inputs of their own, or side by side in one.
template <typename View>
View side_of(const Pass& pass, std::span<const View> matrices, Side side) {
  const size_t width = pass.output.cols;
  return matrices.size() == 1 ? matrices[0].columns(side * width, width) : matrices[side];
}

// One head in one segment.
struct Head {
  Head(const Pass& its_pass, RowRange its_rows, size_t its_index, size_t heads)
      : pass(its_pass),
        rows(its_rows),
        index(its_index),
        count(heads),
        width(its_pass.output.cols / heads),
        stride(chunk_count(rows.size(), Panels::kPanelColumns) * Panels::kPanelColumns),
        scale(1 / std::sqrt(static_cast<float>(width))) {}

  ConstMatrix input(Side side) const { return part(side_of(pass, pass.inputs, side)); }
  Matrix dinput(Side side) const {
    const Matrix all = side_of(pass, pass.dinputs, side);
    return all.data == nullptr ? Matrix() : part(all);
  }
  template <typename View>
  View part(const View& matrix) const {
    return matrix.columns(index * width, width).slice(rows.begin, rows.end);
  }
  float& log_sum(size_t r) const { return pass.buffers.row[0](rows.begin + r, index); }

  // Rows [begin, end) of the segment times the packed sides of its first `end` rows; later columns are only
  // written as far as panels go.
  void multiply_with(const Panels& panels, ConstMatrix a, size_t end, Matrix c) const {
    multiply(a, panels, c, false, {}, {0, chunk_count(end, Panels::kPanelColumns)});
  }

  // out = dropout(x), for the weights of row r, or for their gradients.
  void drop(float rate, size_t r, std::span<const float> x, std::span<float> out) const {
    constexpr uint64_t kMostRows = uint64_t{1} << 22;  // of a segment
    const auto threshold = static_cast<uint32_t>(std::lround(rate * 65536));
    const uint64_t first = ((rows.begin + r) * count + index) * kMostRows;
    shortlist::dropout(x, pass.random_key, first, threshold, 1 / (1 - rate), out);
  }

  const Pass& pass;
  RowRange rows;
  size_t index, count, width, stride;
  float scale;
};

// Scratch matrices with a row for each of kRowsAtOnce.
struct Blocks {
  Blocks(const Head& head, size_t weights, Scratch& scratch) {
    const size_t queries = kRowsAtOnce * head.width, size = kRowsAtOnce * head.stride;
    float* memory = scratch.take(queries + weights * size + Buffer::kSlack).data();
    query = {memory, kRowsAtOnce, head.width, head.width};
    memory += queries;
    for (size_t i = 0; i < weights; ++i, memory += size)
      weight[i] = {memory, kRowsAtOnce, head.rows.size(), head.stride};
  }
  Matrix query, weight[3];
};

template <typename Act>
void for_blocks(size_t rows, Act act) {
  for (size_t begin = 0; begin < rows; begin += kRowsAtOnce)
    act(RowRange{begin, std::min(rows, begin + kRowsAtOnce)});
}

// q k^T / sqrt(d) of the rows of a block and all rows up to its last.
void score(const Head& head, const Panels& keys, RowRange block, Matrix queries, Matrix scores) {
  const ConstMatrix q = rows_of(head.input(kQuery), block);
  copy(q, queries);
  for (size_t r = 0; r < q.rows; ++r) scale(queries.row_span(r), head.scale);
  head.multiply_with(keys, queries.head(q.rows), block.end, scores.head(q.rows));
}

// The weights of row r of a block that a row may attend to, those before them being its columns.
std::span<float> seen(const Matrix& weights, RowRange block, size_t r) {
  return weights.row_span(r).first(block.begin + r + 1);
}
void clear_rest(const Matrix& weights, RowRange block, size_t r) {
  fill(weights.row_span(r).first(block.end).subspan(block.begin + r + 1), 0);
}

void attend(const Head& head, float dropout, Scratch& scratch) {
  scratch.panels.pack_transposed(head.input(kKey));
  const Blocks blocks(head, 1, scratch);
  const Matrix& weights = blocks.weight[0];
  for_blocks(head.rows.size(), [&](RowRange block) {
    score(head, scratch.panels, block, blocks.query, weights);
    for (size_t r = 0; r < block.size(); ++r) {
      const std::span<float> w = seen(weights, block, r);
      const float most = max(w), total = exp_sum(w, most, {}, w);
      scale(w, 1 / total);
      head.log_sum(block.begin + r) = most + std::log(total);
      if (dropout > 0) head.drop(dropout, block.begin + r, w, w);
      clear_rest(weights, block, r);
    }
    multiply(weights.head(block.size()).columns(0, block.end), head.input(kValue).head(block.end),
             rows_of(head.part(head.pass.output), block));
  });
}

// The gradients of one head, which are added to its inputs' gradients. Weights are computed once more.
void attend_backward(const Head& head, float dropout, Scratch& scratch) {
  const ConstMatrix q = head.input(kQuery), k = head.input(kKey), v = head.input(kValue);
  const Matrix y = head.part(head.pass.output), dy = head.part(head.pass.doutput);
  const Matrix dq = head.dinput(kQuery), dk = head.dinput(kKey), dv = head.dinput(kValue);
  scratch.panels.pack_transposed(k);
  scratch.more_panels.pack_transposed(v);
  const Blocks blocks(head, dropout > 0 ? 3 : 2, scratch);
  const Matrix &weights = blocks.weight[0], &dweights = blocks.weight[1];
  const Matrix& dropped = blocks.weight[dropout > 0 ? 2 : 0];
  for_blocks(head.rows.size(), [&](RowRange block) {
    score(head, scratch.panels, block, blocks.query, weights);
    const ConstMatrix own_dy = rows_of(dy, block);
    head.multiply_with(scratch.more_panels, own_dy, block.end, dweights.head(block.size()));
    for (size_t r = 0; r < block.size(); ++r) {
      const std::span<float> w = seen(weights, block, r), dw = seen(dweights, block, r);
      const size_t row = block.begin + r;
      exp_sum(w, head.log_sum(row), {}, w);
      if (dropout > 0) {
        head.drop(dropout, row, w, seen(dropped, block, r));
        head.drop(dropout, row, dw, dw);
        clear_rest(dropped, block, r);
      }
      softmax_gradient(w, dot(y.row_span(row), dy.row_span(row)), head.scale, dw);
      clear_rest(weights, block, r);
      clear_rest(dweights, block, r);
    }
    const auto up_to_now = [&](const Matrix& m) { return m.head(block.size()).columns(0, block.end); };
    const auto earlier = [&](const auto& m) { return m.head(block.end); };
    if (dv.data != nullptr) multiply_transposed(up_to_now(dropped), own_dy, earlier(dv), true);
    if (dq.data != nullptr) multiply(up_to_now(dweights), earlier(k), rows_of(dq, block), true);
    if (dk.data != nullptr) multiply_transposed(up_to_now(dweights), rows_of(q, block), earlier(dk), true);
  });
}

template <typename Act>
void for_heads(const Pass& pass, RowRange rows, size_t heads, Act act) {
  const RowRange segments = segments_of(pass, rows);
  for (size_t s = segments.begin; s < segments.end; ++s) {
    if (segment(pass, s).size() == 0) continue;
    for (size_t h = 0; h < heads; ++h) act(Head(pass, segment(pass, s), h, heads));
  }
}

}  // namespace

LayerPlan CausalAttention::plan(std::span<const int> widths) const {
  if (widths.size() != 1 && widths.size() != 3) {
    throw usage_error("got {} inputs, need queries, keys and values, or one input that has all three",
                      widths.size());
  }
  const bool one = widths.size() == 1;
  if (one && widths[0] % 3 != 0)
    throw usage_error("the input has width {}, which is not three times that of queries", widths[0]);
  for (int width : widths) {
    if (width != widths[0])
      throw usage_error("queries have width {} but keys or values {}", widths[0], width);
  }
  const int width = one ? widths[0] / 3 : widths[0];
  if (causal_attention < 1 || width % causal_attention != 0)
    throw usage_error("causal_attention = {} does not divide the width {}", causal_attention, width);
  if (!(dropout >= 0 && dropout < 1)) throw usage_error("dropout = {}: needs to lie in [0, 1)", dropout);
  return {.width = width, .row_buffers = {causal_attention}};  // log of the sum of the exponentials
}

// Two products, each with a row for every pair of rows.
size_t CausalAttention::batch_multiply_adds(const Pass& pass) const {
  size_t pairs = 0;
  for (size_t s = 0; s + 1 < pass.row_set.segments.size(); ++s) {
    const size_t length = segment(pass, s).size();
    pairs += length * (length + 1) / 2;
  }
  return 2 * pairs * pass.output.cols;
}

void CausalAttention::forward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  const float rate = pass.training ? dropout : 0;
  for_heads(pass, rows, static_cast<size_t>(causal_attention),
            [&](const Head& head) { attend(head, rate, scratch); });
}

void CausalAttention::backward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  for (size_t i = 0; i < pass.dinputs.size(); ++i) {
    if (pass.dinputs[i].data == nullptr || pass.add[i]) continue;
    for (size_t r = rows.begin; r < rows.end; ++r) fill(pass.dinputs[i].row_span(r), 0);
  }
  const float rate = pass.training ? dropout : 0;
  for_heads(pass, rows, static_cast<size_t>(causal_attention),
            [&](const Head& head) { attend_backward(head, rate, scratch); });
}

}  // namespace shortlist
