// A layer's view of a batch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/layers/parameter.h"
#include "shortlist/math/tiles.h"
#include "shortlist/table/encoded.h"

namespace shortlist {

// A feature of a batch's rows, as bags of ids or as numbers: row r is encoded row rows[r]. With `events` it
// is the single id at rows[r] among all ids of the column.
struct FeatureInput {
  const EncodedColumn* column = nullptr;
  std::span<const uint32_t> rows;
  bool events = false;

  std::span<const int32_t> bag(size_t row) const {
    return events ? std::span(&column->ids[rows[row]], 1) : column->bag(rows[row]);
  }
  // The weights of the ids, or nothing if all count alike.
  std::span<const float> weights_of(size_t row) const {
    return events ? std::span<const float>() : column->weights_of(rows[row]);
  }
  bool has_weights() const { return !events && column != nullptr && !column->weights.empty(); }
  bool has_one_id_per_row() const { return events || column->offsets.empty(); }
};

// Maps rows to rows of another row set: row r is a copy of source row source[r], or zeros if that is
// UINT32_MAX, which only a gather allows. The copies of source row s
// are copies[offsets[s] .. offsets[s + 1]), ascending. For segments they are the rows offsets[s] to offsets[s
// + 1] - 1, and `source` and `copies` are needed only if a gather reads the row set of the segments' parent.
struct RowMap {
  std::span<const uint32_t> source, offsets, copies;
};

// A row set in one batch.
struct RowSetState {
  // The number of batch rows that each row represents (empty: one), and the sum of these numbers.
  std::span<const float> multiplicity;
  double total_multiplicity = 0;
  // If the rows are in segments: segment s is the rows [segments[s], segments[s + 1]). No part splits a
  // segment.
  std::span<const uint32_t> segments;
  // The parts that are processed in parallel: part i is the rows [cuts[i], cuts[i + 1]).
  std::span<const size_t> cuts;

  size_t parts() const { return cuts.empty() ? 0 : cuts.size() - 1; }
  RowRange part(size_t i) const { return {cuts[i], cuts[i + 1]}; }
};

// The buffers that the LayerPlan requested.
struct PassBuffers {
  std::span<const Matrix> row;   // [rows of the batch, width]
  std::span<const Matrix> part;  // [parts, width]
  std::span<Buffer> batch;
};

// How a plan uses the LayerTraits of a layer and its neighbours. Layers without traits may ignore it.
struct Fusion {
  // If relu_inputs[i] is set, input i is the output of a ReLU, and this layer must mask its gradient:
  // backward() sets dinputs[i] to zero where inputs[i] is not positive. relu_left: this layer ends in such a
  // ReLU and leaves the masking to the next layer.
  std::span<const uint8_t> relu_inputs;
  bool relu_left = false;
  // The precision to which each matrix is rounded (see Operand and Result).
  std::span<const Precision> inputs_to, dinputs_to;
  Precision output_to = Precision::float32, doutput_to = Precision::float32;

  bool masks_input(size_t i) const { return !relu_inputs.empty() && relu_inputs[i] != 0; }
  Precision input_to(size_t i) const { return inputs_to.empty() ? Precision::float32 : inputs_to[i]; }
  Precision dinput_to(size_t i) const { return dinputs_to.empty() ? Precision::float32 : dinputs_to[i]; }
};

// The place of a pass in a batch that is computed in parts. Layers that need all rows of the batch read what
// every part has contributed: see LayerPlan::forward_share.
struct PartOfBatch {
  size_t parts = 1;               // of the whole batch
  bool keeps_statistics = true;   // whether it updates moving statistics, which the parts share
  std::span<const float> joined;  // the parts' contributions, in order
};

struct Pass {
  size_t rows = 0;                // rows of the output
  bool training = false;          // batch statistics and dropout are on
  bool backward_follows = false;  // backward() will be called
  std::span<const ConstMatrix> inputs;
  Matrix output;
  // Backward only. dinputs[i] has no data if that gradient is not needed. backward() adds to it if add[i] is
  // set, else overwrites it. `doutput` may be overwritten.
  std::span<const Matrix> dinputs;
  std::span<const uint8_t> add;
  Matrix doutput;

  std::span<ParameterState* const> parameters;
  PassBuffers buffers;
  FeatureInput feature;  // input layers
  RowSetState row_set;   // of the output's rows
  PartOfBatch part_of_batch;
  RowMap map;               // for layers that read rows of another row set: see LayerTraits::input_rows
  uint64_t random_key = 0;  // of this node in this step
  Fusion fusion;
};

// Scratch memory for one task of a thread.
struct Scratch {
  Panels panels, more_panels;
  Buffer floats, exact;
  std::vector<uint32_t> words;
  std::span<float> take(size_t size) {
    floats.reserve(size);
    return floats.span().first(size);
  }
};

}  // namespace shortlist
