// A layer's parameters: their declaration, and their state while a model runs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/layers/initializer.h"
#include "shortlist/math/product.h"

namespace shortlist {

struct ParameterSpec {
  std::string name;  // name within the layer
  size_t rows = 0, cols = 0;
  Initializer initializer = Initializer::zeros;
  float initializer_scale = 1;  // factor of the initial values
  Regularizer regularizer;
  bool trainable = true;
  bool table = false;      // rows are looked up by id; a step touches few of them
  bool packed = false;     // the right operand of products, which needs packed panels
  int gradient_parts = 1;  // 2: each half of the batch's rows computes a part of the gradient
  // Tables only: nodes of a model with the same name here share the table. Empty: a table of its own.
  std::string shared;

  bool operator==(const ParameterSpec&) const = default;
};

// The rows of a table that a batch looks up, in order of first appearance, and who looks them up: row
// touched[i] is looked up by batch rows users[offsets[i] .. offsets[i + 1]), ascending, once per occurrence
// of its id in their bags.
struct TouchedRows {
  std::vector<uint32_t> touched, offsets, users;
  std::vector<float> weights;         // per user, if the layer weights the ids of a bag; else empty
  std::vector<uint32_t> place_of_id;  // per id of the batch, bag after bag: its index in `touched`
};

// The value of a packed parameter as products read it.
struct PackedValue {
  Panels forward, transposed;
};

// A parameter while a model runs. For a table, `gradient` has one row per entry of rows.touched. The parts of
// a batch share the value and its panels, and each has a gradient of its own.
struct ParameterState {
  ParameterSpec spec;
  Matrix value, gradient;
  std::shared_ptr<PackedValue> panels = std::make_shared<PackedValue>();
  // If spec.gradient_parts == 2: the part of the gradient from the second half of the batch's rows. Each half
  // is computed where its rows are in cache; the optimizer adds them.
  Matrix second_gradient;
  TouchedRows rows;
  Buffer gradient_memory, second_memory;

  Panels& packed() const { return panels->forward; }
  Panels& packed_transposed() const { return panels->transposed; }
  // Allocates the gradient of a trained parameter that is not a table. Tables' gradients grow with the rows
  // that a batch touches.
  void make_gradient();
  // Tables only: sets `gradient` to one row per entry of rows.touched. Allocates only to grow.
  void make_touched_gradient();
  // Packed parameters only: packs a range of rows of the value into `packed`, and with `backward` into
  // packed_transposed. The range is a whole number of panels and begins at the start of one.
  void pack_rows(RowRange range, bool backward);
};

}  // namespace shortlist
