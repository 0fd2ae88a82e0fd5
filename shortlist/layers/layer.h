// A layer: the maths of one node of a model. It has settings only; parameters and buffers belong to the plan
// that runs it.
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

// No layer is wider.
inline constexpr int kMostWidth = 1 << 20;

// What a layer needs at its place: found once, when the model is compiled.
struct LayerPlan {
  int width = 0;  // columns of the output
  std::vector<ParameterSpec> parameters;
  std::vector<int> row_buffers;    // widths of buffers with a row for each row of the batch
  std::vector<int> part_buffers;   // with a row for each part of the batch's rows
  std::vector<int> batch_buffers;  // sizes of buffers that the batch shares
  // Of a row, forward, beside those of its packed parameters; each gradient takes as many. For profiles.
  size_t multiply_adds = 0;
};

class Layer {
 public:
  virtual ~Layer() = default;

  // What every layer needs.

  virtual std::string_view kind() const = 0;
  // Its settings, as the config writes them: { dense = 32, activation = "relu" }.
  virtual Value settings() const = 0;
  // Throws a usage Error (without the node's name) when the inputs' widths do not fit.
  virtual LayerPlan plan(std::span<const int> widths) const = 0;
  virtual void forward(const Pass& pass, RowRange rows, Scratch& scratch) const = 0;
  virtual void backward(const Pass& pass, RowRange rows, Scratch& scratch) const = 0;

  // After backward() of all rows: writes the gradients of its parameters, each element by one task. One task
  // where it has trained parameters, unless gradient_tasks() says otherwise.
  virtual void write_gradients(const Pass&, size_t /*task*/, Scratch&) const {}
  virtual size_t gradient_tasks(const Pass& pass) const;

  // What it lets its plan do.
  virtual LayerTraits traits() const { return {}; }

  // Called only where traits() asks for it.

  // What it finds out of the batch's features before any row's forward(); one task.
  virtual void prepare(const Pass&, Scratch&) const {}
  // What it must know of all rows before forward(): it looks at them part by part, as soon as their inputs
  // are there; then one thread puts together what it found.
  virtual void look_before_forward(const Pass&, size_t /*part*/) const {}
  virtual void finish_looking_forward(const Pass&) const {}
  // The same before backward().
  virtual void look_before_backward(const Pass&, size_t /*part*/) const {}
  virtual void finish_looking_backward(const Pass&) const {}
};

using LayerPtr = std::shared_ptr<const Layer>;

// A layer L with fields() and with a kKind, which is also the key of its main setting.
template <typename L>
class LayerOf : public Layer {
 public:
  std::string_view kind() const final { return L::kKind; }
  Value settings() const final { return write_fields(static_cast<const L&>(*this)); }
};

// Throws unless there are `count` inputs.
void expect_inputs(std::span<const int> widths, size_t count);

}  // namespace shortlist
