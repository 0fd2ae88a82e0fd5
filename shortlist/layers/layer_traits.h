// What a plan, a builder or an explanation may do with a layer beyond running it. The defaults suit every
// layer; whatever is set makes models with it faster or lets more be done with them.
#pragma once

namespace shortlist {

// What may be rounded in training in another precision than float32: inputs and the output's gradient, where
// backward() and write_gradients() do nothing but multiply them (of a layer that ends in a ReLU: with
// relu_left); the output, by forward(); the gradient of the only input, by backward(), where nothing is added
// to it.
struct Rounding {
  bool inputs = false, doutput = false, output = false, dinput = false;
};

// Whose rows a layer's inputs have, seen from the row set of its output.
enum class InputRows {
  own,
  // Its parent's, of a gather or of segments: row r reads input row map.source[r], and backward()'s row range
  // runs over the input's rows.
  parent,
  // Those of a row set that is made of a segment for each of its own rows, for at least one input: row r
  // reads input rows [map.offsets[r], map.offsets[r + 1]). backward() writes all of these.
  segments,
};

// Where a plan may put the outputs of nodes that nothing else reads.
enum class InputPlace {
  anywhere,
  side_by_side,  // in columns of one matrix, in order, so that the rows of all lie together
  in_output,     // in columns of this layer's output, in order: there is nothing left to copy
  // In place of the output, in batches where map.source is 0, 1, 2, ... and the output equals the input.
  as_output,
};

struct LayerTraits {
  // Whether inference is y = x A + b, for an x of all inputs side by side: what an explanation can take
  // apart.
  bool affine = false;

  InputRows input_rows = InputRows::own;
  // Whether rows with equal inputs may come out different in training, so that copies must be told apart.
  // Such a layer has one input; where pass.map is set it makes the copies: see InputRows::parent.
  bool tells_copies_apart = false;

  // In a config's list, layers of this kind in a row take, before the output of the layer before, what went
  // into the first of them: the x0 of crosses.
  bool repeats_first_input = false;

  // Calls of Layer's optional functions.
  bool prepares = false;               // prepare(), in plans with backward
  bool looks_before_forward = false;   // look_before_forward() and finish_looking_forward()
  bool looks_before_backward = false;  // look_before_backward() and finish_looking_backward()

  // Where one matrix serves two: whether backward() reads what forward() wrote; whether forward() may write
  // over its only input, which backward() then does not read; whether backward() may write that input's
  // gradient over its own output's, which write_gradients() then does not read.
  bool keeps_output = true;
  bool forward_in_place = false, backward_in_place = false;
  InputPlace input_place = InputPlace::anywhere;

  // Whether its last step is a ReLU, and whether its backward() heeds fusion.relu_inputs.
  bool ends_in_relu = false, masks_relu_inputs = false;
  Rounding rounding;
};

}  // namespace shortlist
