// Converts each layer to ONNX operators, for inference.
#pragma once

#include <string>
#include <vector>

#include "shortlist/interop/onnx/onnx_graph.h"
#include "shortlist/model/parameters.h"

namespace shortlist {

// Appends the operators of a node whose inputs are values of the graph. Returns the name of its output [rows,
// width]. Not for input layers. Throws a usage Error that names the node if ONNX cannot express its layer.
std::string add_onnx_layer(OnnxGraph& graph, const Node& node, std::span<ParameterState* const> parameters,
                           const std::vector<std::string>& inputs);

// Looks up ids[rows] or bags[rows, n] in a node's table and pools the rows. An id of -1 means none and counts
// as zeros.
std::string add_onnx_embedding(OnnxGraph& graph, const Node& node, const ParameterState& table,
                               const std::string& ids, bool bags);

// For bags of ids with -1 for none: how many ids of its row follow each id, int64 [rows, n].
std::string add_later_ids(OnnxGraph& graph, const std::string& ids);

}  // namespace shortlist
