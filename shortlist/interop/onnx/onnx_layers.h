// What each layer is in ONNX's operators, in inference.
#pragma once

#include <string>
#include <vector>

#include "shortlist/interop/onnx/onnx_graph.h"
#include "shortlist/model/parameters.h"

namespace shortlist {

// Appends the operators of a node whose inputs are values of the graph; returns the value of its output
// [rows, width]. Not for input layers. Throws a usage Error that names the node when its layer has no form in
// ONNX.
std::string add_onnx_layer(OnnxGraph& graph, const Node& node, std::span<ParameterState* const> parameters,
                           const std::vector<std::string>& inputs);

// Ids to the pooled rows of a node's table: ids[rows], or bags[rows, n]; an id of -1 is none, and counts as
// zeros.
std::string add_onnx_embedding(OnnxGraph& graph, const Node& node, const ParameterState& table,
                               const std::string& ids, bool bags);

}  // namespace shortlist
