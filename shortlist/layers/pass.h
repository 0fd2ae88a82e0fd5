// What a layer sees of a batch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/layers/parameter.h"
#include "shortlist/math/tiles.h"
#include "shortlist/table/encoded.h"

namespace shortlist {

// Bags of ids, or numbers, of the rows of a batch: row r shows encoded row rows[r].
struct FeatureInput {
  const EncodedColumn* column = nullptr;
  std::span<const uint32_t> rows;
};

// Rows that show rows of another row set: row r shows source row source[r]. The rows that show source row s
// are copies[offsets[s] .. offsets[s + 1]), ascending. Of segments they are simply the rows offsets[s] to
// offsets[s + 1] - 1; `source` and `copies` are needed only where a gather reads the row set of the segments'
// parent.
struct RowMap {
  std::span<const uint32_t> source, offsets, copies;
};

// A row set in one batch.
struct RowSetState {
  // How many rows of the batch each row stands for; empty: one. And their sum.
  std::span<const float> multiplicity;
  double total_multiplicity = 0;
  // Where the rows are segments: segment s is the rows [segments[s], segments[s + 1]). No part splits one.
  std::span<const uint32_t> segments;
  // The parts that are worked on side by side: part i is the rows [cuts[i], cuts[i + 1]).
  std::span<const size_t> cuts;

  size_t parts() const { return cuts.empty() ? 0 : cuts.size() - 1; }
  RowRange part(size_t i) const { return {cuts[i], cuts[i + 1]}; }
};

// The buffers that a LayerPlan asks for.
struct PassBuffers {
  std::span<const Matrix> row;   // [rows of the batch, width]
  std::span<const Matrix> part;  // [parts, width]
  std::span<Buffer> batch;
};

// What a plan makes of the LayerTraits of a layer and its neighbours. Layers without traits may ignore it.
struct Fusion {
  // relu_inputs[i]: input i is the output of a ReLU, and this layer must mask its gradient: backward() makes
  // dinputs[i] zero where inputs[i] is not positive. relu_left: this layer ends in such a ReLU, and leaves
  // its gradient to the next one.
  std::span<const uint8_t> relu_inputs;
  bool relu_left = false;
  // The precision that a matrix is rounded to (see Operand and Result).
  std::span<const Precision> inputs_to, dinputs_to;
  Precision output_to = Precision::float32, doutput_to = Precision::float32;

  bool masks_input(size_t i) const { return !relu_inputs.empty() && relu_inputs[i] != 0; }
  Precision input_to(size_t i) const { return inputs_to.empty() ? Precision::float32 : inputs_to[i]; }
  Precision dinput_to(size_t i) const { return dinputs_to.empty() ? Precision::float32 : dinputs_to[i]; }
};

struct Pass {
  size_t rows = 0;                // of the output
  bool training = false;          // batch statistics and dropout are on
  bool backward_follows = false;  // gradients will be asked for
  std::span<const ConstMatrix> inputs;
  Matrix output;
  // Backward only. dinputs[i] has no data when nobody asks for that gradient; backward adds to it when
  // add[i], else writes it. `doutput` may be overwritten.
  std::span<const Matrix> dinputs;
  std::span<const uint8_t> add;
  Matrix doutput;

  std::span<ParameterState* const> parameters;
  PassBuffers buffers;
  FeatureInput feature;     // input layers
  RowSetState row_set;      // of the output's rows
  RowMap map;               // of layers that read rows of another row set: see LayerTraits::input_rows
  uint64_t random_key = 0;  // of this node in this step
  Fusion fusion;
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

}  // namespace shortlist
