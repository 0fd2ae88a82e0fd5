#include "shortlist/interop/onnx/onnx_layers.h"

#include <fmt/ranges.h>

#include <numeric>

#include "shortlist/layers/batch_norm.h"
#include "shortlist/layers/combine.h"
#include "shortlist/layers/cross.h"
#include "shortlist/layers/cross_mix.h"
#include "shortlist/layers/dropout.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/layers/fm.h"
#include "shortlist/layers/gather.h"
#include "shortlist/layers/mixture.h"
#include "shortlist/layers/ones.h"
#include "shortlist/layers/slice.h"

namespace shortlist {
namespace {

using Inputs = std::vector<std::string>;

// A node's parameters as constants of the graph, prefixed with the node's name.
class Values {
 public:
  Values(OnnxGraph& graph, std::span<ParameterState* const> parameters)
      : graph_(graph), parameters_(parameters) {}

  std::string matrix(std::string_view name) const {
    const ParameterState& p = find(name);
    return graph_.constant(name, floats(p),
                           {static_cast<int64_t>(p.spec.rows), static_cast<int64_t>(p.spec.cols)});
  }
  std::string list(std::string_view name) const {
    const ParameterState& p = find(name);
    return graph_.constant(name, floats(p), {static_cast<int64_t>(p.spec.rows * p.spec.cols)});
  }

 private:
  const ParameterState& find(std::string_view name) const {
    for (const ParameterState* parameter : parameters_) {
      if (parameter->spec.name == name) return *parameter;
    }
    SHORTLIST_CHECK(!"a layer has the parameters that it plans");
    return *parameters_[0];
  }
  static std::span<const float> floats(const ParameterState& p) {
    return {p.value.data, p.spec.rows * p.spec.cols};
  }
  OnnxGraph& graph_;
  std::span<ParameterState* const> parameters_;
};

std::string add_activation(OnnxGraph& graph, Activation activation, const std::string& x) {
  switch (activation) {
    case Activation::linear:
      return x;
    case Activation::relu:
      return graph.add("Relu", {x});
    case Activation::sigmoid:
      return graph.add("Sigmoid", {x});
    case Activation::tanh:
      return graph.add("Tanh", {x});
    case Activation::softplus:
      return graph.add("Softplus", {x});
    case Activation::elu:
      return graph.add("Elu", {x});
    case Activation::selu:
      return graph.add("Selu", {x});
    case Activation::gelu: {  // x / 2 (1 + erf(x / sqrt 2))
      const std::string erf = graph.add("Erf", {graph.add("Mul", {x, graph.scalar(0.70710678F)})});
      const std::string gate = graph.add("Add", {erf, graph.scalar(1.0F)});
      return graph.add("Mul", {graph.add("Mul", {x, gate}), graph.scalar(0.5F)});
    }
    case Activation::swish:
      break;
  }
  return graph.add("Mul", {x, graph.add("Sigmoid", {x})});
}

// x kernel [+ bias]
std::string add_product(OnnxGraph& graph, const std::string& x, const std::string& kernel, bool bias,
                        const Values& values) {
  if (!bias) return graph.add("MatMul", {x, kernel});
  return graph.add("Gemm", {x, kernel, values.list("bias")});
}

std::string add_dense(OnnxGraph& graph, const Dense& layer, const Values& values, const Inputs& inputs) {
  const std::string product = add_product(graph, inputs[0], values.matrix("kernel"), layer.bias, values);
  return add_activation(graph, layer.activation, product);
}

std::string add_cross(OnnxGraph& graph, const Cross& layer, const Values& values, const Inputs& inputs) {
  const std::string &x0 = inputs.front(), &x = inputs.back();
  const bool low = layer.cross == CrossRank::low;
  const std::string projected = low ? graph.add("MatMul", {x, values.matrix("kernel_u")}) : x;
  std::string t =
      add_product(graph, projected, values.matrix(low ? "kernel_v" : "kernel"), layer.bias, values);
  t = add_activation(graph, layer.activation, t);
  if (layer.diag_scale != 0) {
    t = graph.add("Add", {t, graph.add("Mul", {x, graph.scalar(layer.diag_scale)})});
  }
  return graph.add("Add", {graph.add("Mul", {x0, t}), x});
}

std::string add_columns(OnnxGraph& graph, const std::string& x, int64_t begin, int64_t width) {
  std::vector<int64_t> columns(static_cast<size_t>(width));
  std::iota(columns.begin(), columns.end(), begin);
  return graph.add("Gather", {x, graph.axes(columns)}, {{"axis", int64_t{1}}});
}

std::string add_cross_mix(OnnxGraph& graph, const CrossMix& layer, const Values& values,
                          const Inputs& inputs) {
  const std::string &x0 = inputs.front(), &x = inputs.back();
  const std::string projected =
      add_activation(graph, layer.activation, graph.add("MatMul", {x, values.matrix("kernel_v")}));
  const std::string gates =
      graph.add("Softmax", {graph.add("MatMul", {x, values.matrix("gate")})}, {{"axis", int64_t{1}}});
  Inputs mixed;
  for (int64_t e = 0; e < layer.cross_mix; ++e) {
    const std::string a = add_columns(graph, projected, e * layer.projection, layer.projection);
    const std::string kernel = values.matrix(fmt::format("kernel_c_{}", e));
    const std::string h = add_activation(graph, layer.activation, graph.add("MatMul", {a, kernel}));
    mixed.push_back(graph.add("Mul", {h, add_columns(graph, gates, e, 1)}));
  }
  const std::string side_by_side = graph.add("Concat", mixed, {{"axis", int64_t{1}}});
  const std::string t = add_product(graph, side_by_side, values.matrix("kernel_u"), true, values);
  return graph.add("Add", {graph.add("Mul", {x0, t}), x});
}

std::string add_mixture(OnnxGraph& graph, const Mixture&, const Values&, const Inputs& inputs) {
  const std::string gates = graph.add("Softmax", {inputs[0]}, {{"axis", int64_t{1}}});
  Inputs mixed;
  for (size_t e = 1; e < inputs.size(); ++e)
    mixed.push_back(graph.add("Mul", {inputs[e], add_columns(graph, gates, static_cast<int64_t>(e) - 1, 1)}));
  return graph.add("Sum", mixed);
}

std::string add_fm(OnnxGraph& graph, const FactorizationMachine&, const Values&, const Inputs& inputs) {
  const auto squares = [&](const std::string& x) {
    return graph.add("ReduceSumSquare", {x}, {{"axes", std::vector<int64_t>{1}}, {"keepdims", int64_t{1}}});
  };
  Inputs of_inputs;
  for (const std::string& input : inputs) of_inputs.push_back(squares(input));
  const std::string difference =
      graph.add("Sub", {squares(graph.add("Sum", inputs)), graph.add("Sum", of_inputs)});
  return graph.add("Mul", {difference, graph.scalar(0.5F)});
}

std::string add_slice(OnnxGraph& graph, const Slice& layer, const Values&, const Inputs& inputs) {
  return add_columns(graph, inputs[0], layer.begin, layer.width);
}

std::string add_ones(OnnxGraph& graph, const Ones&, const Values&, const Inputs& inputs) {
  const std::string column = add_columns(graph, inputs[0], 0, 1);
  return graph.add("Add", {graph.add("Mul", {column, graph.scalar(0.0F)}), graph.scalar(1.0F)});
}

std::string add_batch_norm(OnnxGraph& graph, const BatchNorm& layer, const Values& values,
                           const Inputs& inputs) {
  return graph.add("BatchNormalization",
                   {inputs[0], values.list("gamma"), values.list("beta"), values.list("moving_mean"),
                    values.list("moving_variance")},
                   {{"epsilon", layer.epsilon}});
}

std::string add_dropout(OnnxGraph&, const Dropout&, const Values&, const Inputs& inputs) { return inputs[0]; }

std::string add_concat(OnnxGraph& graph, const Concat&, const Values&, const Inputs& inputs) {
  return graph.add("Concat", inputs, {{"axis", int64_t{1}}});
}

std::string add_add(OnnxGraph& graph, const Add&, const Values&, const Inputs& inputs) {
  return graph.add("Sum", inputs);
}

std::string add_multiply(OnnxGraph& graph, const Multiply&, const Values&, const Inputs& inputs) {
  std::string product = inputs[0];
  for (size_t i = 1; i < inputs.size(); ++i) product = graph.add("Mul", {product, inputs[i]});
  return product;
}

// The Gram matrix [rows, F, F] of the F inputs, flattened, and its lower triangle.
std::string add_dot_interaction(OnnxGraph& graph, const DotInteraction& layer, const Values&,
                                const Inputs& inputs) {
  const auto f = static_cast<int64_t>(inputs.size());
  const std::string axis = graph.axes({1});
  Inputs vectors;
  for (const std::string& input : inputs) vectors.push_back(graph.add("Unsqueeze", {input, axis}));
  const std::string stack = graph.add("Concat", vectors, {{"axis", int64_t{1}}});
  const std::string turned = graph.add("Transpose", {stack}, {{"perm", std::vector<int64_t>{0, 2, 1}}});
  const std::string gram = graph.add("MatMul", {stack, turned});
  const std::string flat = graph.add("Reshape", {gram, graph.axes({0, f * f})});  // 0 keeps the dimension
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < f; ++i) {
    for (int64_t j = 0; j < i + layer.self_interaction; ++j) chosen.push_back(i * f + j);
  }
  return graph.add("Gather", {flat, graph.axes(chosen)}, {{"axis", int64_t{1}}});
}

std::string add_l2_normalize(OnnxGraph& graph, const L2Normalize&, const Values&, const Inputs& inputs) {
  const std::string squares = graph.add("ReduceSumSquare", {inputs[0]},
                                        {{"axes", std::vector<int64_t>{1}}, {"keepdims", int64_t{1}}});
  const std::string length = graph.add("Sqrt", {graph.add("Max", {squares, graph.scalar(1e-12F)})});
  return graph.add("Div", {inputs[0], length});
}

std::string add_activate(OnnxGraph& graph, const Activate& layer, const Values&, const Inputs& inputs) {
  return add_activation(graph, layer.activation, inputs[0]);
}

// The ranking model's inputs are pairs already.
std::string add_gather(OnnxGraph&, const Gather&, const Values&, const Inputs& inputs) { return inputs[0]; }

struct OnnxForm {
  std::string_view kind;
  std::string (*add)(OnnxGraph&, const Layer&, const Values&, const Inputs&);
};

template <typename L, std::string (*add)(OnnxGraph&, const L&, const Values&, const Inputs&)>
constexpr OnnxForm form(std::string_view kind) {
  return {kind, [](OnnxGraph& graph, const Layer& layer, const Values& values, const Inputs& inputs) {
            return add(graph, static_cast<const L&>(layer), values, inputs);
          }};
}

// To add a layer, add a function above and a line here.
constexpr OnnxForm kForms[] = {
    form<Dense, add_dense>("dense"),
    form<Cross, add_cross>("cross"),
    form<CrossMix, add_cross_mix>("cross_mix"),
    form<Mixture, add_mixture>("mixture"),
    form<FactorizationMachine, add_fm>("fm"),
    form<Slice, add_slice>("slice"),
    form<Ones, add_ones>("ones"),
    form<BatchNorm, add_batch_norm>("batch_norm"),
    form<Dropout, add_dropout>("dropout"),
    form<Concat, add_concat>("concat"),
    form<Add, add_add>("add"),
    form<Multiply, add_multiply>("multiply"),
    form<DotInteraction, add_dot_interaction>("dot_interaction"),
    form<L2Normalize, add_l2_normalize>("l2_normalize"),
    form<Activate, add_activate>("activation"),
    form<Gather, add_gather>("gather"),
};

}  // namespace

std::string add_onnx_layer(OnnxGraph& graph, const Node& node, std::span<ParameterState* const> parameters,
                           const std::vector<std::string>& inputs) {
  graph.enter(node.name);
  for (const OnnxForm& form : kForms) {
    if (form.kind == node.layer->kind()) {
      return form.add(graph, *node.layer, Values(graph, parameters), inputs);
    }
  }
  throw usage_error("node '{}': a layer of kind '{}' cannot be exported to ONNX", node.name,
                    node.layer->kind());
}

std::string add_later_ids(OnnxGraph& graph, const std::string& ids) {
  const std::string present =
      graph.cast(graph.add("GreaterOrEqual", {ids, graph.scalar(int64_t{0})}), OnnxType::int64);
  const std::string all = graph.add("ReduceSum", {present, graph.axes({1})}, {{"keepdims", int64_t{1}}});
  return graph.add("Sub", {all, graph.add("CumSum", {present, graph.scalar(int64_t{1})})});
}

namespace {

// The weights of a bag's ids by their age, float32 [rows, n]: 1 for the last, 0 for none.
std::string add_age_weights(OnnxGraph& graph, const std::string& ids, double half_life) {
  const std::string present =
      graph.cast(graph.add("GreaterOrEqual", {ids, graph.scalar(int64_t{0})}), OnnxType::float32);
  const std::string later = graph.cast(add_later_ids(graph, ids), OnnxType::float32);
  const std::string power = graph.add("Mul", {later, graph.scalar(static_cast<float>(-1 / half_life))});
  return graph.add("Mul", {graph.add("Pow", {graph.scalar(2.0F), power}), present});
}

std::string add_weighted_sum(OnnxGraph& graph, const Embedding& layer, const std::string& found,
                             const std::string& ids) {
  const std::string axis = graph.axes({1}), weights = add_age_weights(graph, ids, layer.half_life);
  const std::string weighted = graph.add("Mul", {found, graph.add("Unsqueeze", {weights, graph.axes({2})})});
  const std::string sum = graph.add("ReduceSum", {weighted, axis}, {{"keepdims", int64_t{0}}});
  if (layer.pooling == Pooling::sum) return sum;
  const bool is_mean = layer.pooling == Pooling::mean;
  std::string total = graph.add("ReduceSum", {is_mean ? weights : graph.add("Mul", {weights, weights}), axis},
                                {{"keepdims", int64_t{1}}});
  const std::string none = graph.add("Equal", {total, graph.scalar(0.0F)});
  total = graph.add("Where", {none, graph.scalar(1.0F), total});
  return graph.add("Div", {sum, is_mean ? total : graph.add("Sqrt", {total})});
}

}  // namespace

std::string add_onnx_embedding(OnnxGraph& graph, const Node& node, const ParameterState& table,
                               const std::string& ids, bool bags) {
  const auto& layer = dynamic_cast<const Embedding&>(*node.layer);
  graph.enter(node.name);
  // A last row of zeros: Gather reads the last row for index -1.
  std::vector<float> rows((table.spec.rows + 1) * table.spec.cols);
  copy({table.value.data, table.spec.rows * table.spec.cols}, rows);
  const std::string embeddings =
      graph.constant("embeddings", std::span<const float>(rows),
                     {static_cast<int64_t>(table.spec.rows) + 1, static_cast<int64_t>(table.spec.cols)});
  const std::string found = graph.add("Gather", {embeddings, ids});
  if (!bags) return found;
  if (layer.half_life > 0) return add_weighted_sum(graph, layer, found, ids);
  const std::string axis = graph.axes({1});
  const std::string sum = graph.add("ReduceSum", {found, axis}, {{"keepdims", int64_t{0}}});
  if (layer.pooling == Pooling::sum) return sum;
  const std::string present =
      graph.cast(graph.add("GreaterOrEqual", {ids, graph.scalar(int64_t{0})}), OnnxType::float32);
  std::string count = graph.add("ReduceSum", {present, axis}, {{"keepdims", int64_t{1}}});
  count = graph.add("Max", {count, graph.scalar(1.0F)});
  return graph.add("Div", {sum, layer.pooling == Pooling::mean ? count : graph.add("Sqrt", {count})});
}

}  // namespace shortlist
