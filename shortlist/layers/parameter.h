// A layer's parameters: what it declares, and their state while a model runs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/layers/initializer.h"
#include "shortlist/math/product.h"

namespace shortlist {

struct ParameterSpec {
  std::string name;  // within the layer: "kernel"
  size_t rows = 0, cols = 0;
  Initializer initializer = Initializer::zeros;
  Regularizer regularizer;
  bool trainable = true;
  bool table = false;      // rows are looked up by id: a step touches few of them
  bool packed = false;     // a right operand of products, which needs panels
  int gradient_parts = 1;  // each half of the batch's rows gives a part of its gradient
  // Of a table: a name under which the nodes of a model share it. Empty: the node has its own.
  std::string shared;

  bool operator==(const ParameterSpec&) const = default;
};

// The rows of a table that a batch looks up, in order of first appearance, and from where: row touched[i] is
// looked up by batch rows users[offsets[i] .. offsets[i + 1]), ascending, once for each time that its id
// is in their bags.
struct TouchedRows {
  std::vector<uint32_t> touched, offsets, users;
  std::vector<uint32_t> place_of_id;  // of each id of the batch, bag after bag, its place in `touched`
};

// A parameter while a model runs. Of a table, `gradient` has one row for each entry of rows.touched.
struct ParameterState {
  ParameterSpec spec;
  Matrix value, gradient;
  Panels packed, packed_transposed;
  // With two gradient parts: the part of the gradient that the second half of the batch's rows gives.
  // Each half is worked on where its rows are; the optimizer joins them.
  Matrix second_gradient;
  TouchedRows rows;
  Buffer gradient_memory, second_memory;

  // Makes the gradients of what is trained, except of tables: theirs grow with what a batch touches.
  void make_gradient();
  // Of a table: points `gradient` to a row for each entry of rows.touched. Allocates only to grow.
  void make_touched_gradient();
  // Of a packed parameter: puts rows of its value, a whole number of panels from the start of one, into
  // `packed`, and with `backward` into packed_transposed.
  void pack_rows(RowRange range, bool backward);
};

}  // namespace shortlist
