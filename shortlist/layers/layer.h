// A layer: the computation of one node of a model. It has only settings; parameters and buffers belong to the
// plan that runs it.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/layers/layer_traits.h"
#include "shortlist/layers/parameter.h"
#include "shortlist/layers/pass.h"
#include "shortlist/layers/rows.h"

namespace shortlist {

// Maximum width of a layer.
inline constexpr int kMostWidth = 1 << 20;

// What a layer needs for given input widths. Determined once, when the model is compiled.
struct LayerPlan {
  int width = 0;  // columns of the output
  std::vector<ParameterSpec> parameters;
  std::vector<int> row_buffers;    // widths of buffers with one row per row of the batch
  std::vector<int> part_buffers;   // widths of buffers with one row per part of the batch's rows
  std::vector<int> batch_buffers;  // sizes of buffers for the whole batch
  // The number of floats that each part of a batch in parts contributes between the looks at its rows and
  // finish_looking_forward() or finish_looking_backward().
  size_t forward_share = 0, backward_share = 0;
  // Per row, forward, not counting the packed parameters; each gradient takes as many. For profiles.
  size_t multiply_adds = 0;
};

class Layer {
 public:
  virtual ~Layer() = default;

  // Every layer:

  virtual std::string_view kind() const = 0;
  // The settings as written in a config: { dense = 32, activation = "relu" }.
  virtual Value settings() const = 0;
  // Throws a usage Error (without the node's name) if the inputs' widths do not fit.
  virtual LayerPlan plan(std::span<const int> widths) const = 0;
  virtual void forward(const Pass& pass, RowRange rows, Scratch& scratch) const = 0;
  virtual void backward(const Pass& pass, RowRange rows, Scratch& scratch) const = 0;

  // Called after backward() of all rows. Writes the parameters' gradients; each element is written by one
  // task. By default one task if there are trained parameters.
  virtual void write_gradients(const Pass&, size_t /*task*/, Scratch&) const {}
  virtual size_t gradient_tasks(const Pass& pass) const;

  // Multiply-adds of forward() that depend on the batch, in addition to LayerPlan::multiply_adds. backward()
  // takes twice as many. For profiles.
  virtual size_t batch_multiply_adds(const Pass&) const { return 0; }

  // What its plan may do with it.
  virtual LayerTraits traits() const { return {}; }

  // Called only if requested in traits():

  // Work on the batch's features before any row's forward(); one task.
  virtual void prepare(const Pass&, Scratch&) const {}
  // Work that needs all rows before forward(): look_before_forward() runs on each part as soon as its inputs
  // are computed, then finish_looking_forward() combines the results on one thread.
  virtual void look_before_forward(const Pass&, size_t /*part*/) const {}
  virtual void finish_looking_forward(const Pass&) const {}
  // The same before backward().
  virtual void look_before_backward(const Pass&, size_t /*part*/) const {}
  virtual void finish_looking_backward(const Pass&) const {}

  // Called only for batches in parts, between the looks and their finish: writes what this part contributes.
  virtual void contribute_forward(const Pass&, std::span<float> /*own*/) const {}
  virtual void contribute_backward(const Pass&, std::span<float> /*own*/) const {}
};

using LayerPtr = std::shared_ptr<const Layer>;

// Base of a layer L with fields() and a kKind, which is also the key of its main setting.
template <typename L>
class LayerOf : public Layer {
 public:
  std::string_view kind() const final { return L::kKind; }
  Value settings() const final { return write_fields(static_cast<const L&>(*this)); }
};

// Throws unless there are exactly `count` inputs.
void expect_inputs(std::span<const int> widths, size_t count);

}  // namespace shortlist
