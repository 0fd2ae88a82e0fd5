// What a plan, a builder or an explanation may do with a layer. The defaults are valid for every layer; each
// trait that is set enables an optimisation or a feature.
#pragma once

namespace shortlist {

// What may be rounded when training in a precision other than float32: inputs and the output's gradient, if
// backward() and write_gradients() only multiply them (for a layer that ends in a ReLU: with relu_left); the
// output, by forward(); the gradient of the only input, by backward(), if nothing is added to it.
struct Rounding {
  bool inputs = false, doutput = false, output = false, dinput = false;
};

// The row set of a layer's inputs, relative to the row set of its output.
enum class InputRows {
  own,
  // The parent's rows, of a gather or of segments: row r reads input row map.source[r], and backward()'s row
  // range is over the input's rows.
  parent,
  // For at least one input: rows of a row set that has one segment per row of the output. Row r reads input
  // rows [map.offsets[r], map.offsets[r + 1]), and backward() writes all of these.
  segments,
};

// Where a plan may place the outputs of input nodes that no other node reads.
enum class InputPlace {
  anywhere,
  side_by_side,  // in columns of one matrix, in order, so that all parts of a row are adjacent
  in_output,     // in columns of this layer's output, in order: nothing needs to be copied
  // In the output's memory, for batches where map.source is 0, 1, 2, ... and the output equals the input.
  as_output,
};

struct LayerTraits {
  // Whether inference is y = x A + b, with x the concatenated inputs, so that an explanation can decompose
  // it.
  bool affine = false;

  InputRows input_rows = InputRows::own;
  // Whether the layer runs along the segments of its rows, so that its row set needs segments; and the number
  // of segments that a part of the rows should have at least, if there are enough for two parts.
  bool along_segments = false;
  // Whether the output of a row depends on later rows of its segment.
  bool looks_ahead = false;
  size_t segments_a_part = 1;
  // Whether rows with equal inputs may have different outputs in training, so that copies of a row must be
  // kept apart. Such a layer has one input; if pass.map is set, it makes the copies: see InputRows::parent.
  bool tells_copies_apart = false;

  // In a config's list, consecutive layers of this kind take as first input the input of the first of them,
  // followed by the previous layer's output: the x0 of crosses.
  bool repeats_first_input = false;

  // Which of Layer's optional functions are called.
  bool prepares = false;               // prepare(), in plans with backward
  bool looks_before_forward = false;   // look_before_forward() and finish_looking_forward()
  bool looks_before_backward = false;  // look_before_backward() and finish_looking_backward()

  // When one matrix can be used for two: whether backward() reads the output of forward(); whether forward()
  // may overwrite its only input, which backward() then does not read; whether backward() may write that
  // input's gradient over its own output's, which write_gradients() then does not read.
  bool keeps_output = true;
  bool forward_in_place = false, backward_in_place = false;
  InputPlace input_place = InputPlace::anywhere;

  // Whether its last step is a ReLU, and whether its backward() applies fusion.relu_inputs.
  bool ends_in_relu = false, masks_relu_inputs = false;
  Rounding rounding;
};

}  // namespace shortlist
