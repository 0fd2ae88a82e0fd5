// One input of the checkpoint fuzzer: u32 little-endian size of the index | index | data shard.
#pragma once

#include <memory>
#include <string_view>

#include "shortlist/interop/tensorflow/keras_match.h"
#include "shortlist/interop/tensorflow/tensor_bundle.h"
#include "shortlist/io/wire_reader.h"
#include "shortlist/layers/dense.h"
#include "shortlist/layers/embedding.h"

namespace shortlist {

// Towers of an embedding [3, 2] each, and a dense layer [2, 2] on the query.
inline ModelSpec fuzzed_model() {
  ModelSpec spec;
  auto embedding = std::make_shared<Embedding>();
  embedding->ids = 3;
  embedding->dim = 2;
  auto dense = std::make_shared<Dense>();
  dense->dense = 2;
  const int user = spec.add({.name = "query/user", .layer = embedding, .row_set = kQueryRows, .feature = 0});
  spec.query = spec.add({.name = "query/dense", .layer = dense, .inputs = {user}, .row_set = kQueryRows});
  spec.candidate =
      spec.add({.name = "candidate/item", .layer = embedding, .row_set = kCandidateRows, .feature = 0});
  return spec;
}

// Reads the checkpoint as an import does. Throws what reading throws; returns whether it fits the model.
inline bool read_fuzzed_checkpoint(std::string_view input) {
  if (input.size() < 4) return false;
  const size_t size = std::min<size_t>(read_u32(input, 0), input.size() - 4);
  const Bytes shards[] = {bytes_of(input.substr(4 + size))};
  const TensorBundle bundle = TensorBundle::from_memory("fuzzed", input.substr(4, size), shards);
  const BundleTensor& graph_tensor = bundle.need(kObjectGraphKey, BundleDType::string);
  if (graph_tensor.strings.empty()) return false;
  const ObjectGraph graph = ObjectGraph::parse(graph_tensor.strings[0], "fuzzed");
  const ModelSpec spec = fuzzed_model();
  const Parameters parameters(spec);
  const auto shape = [&](size_t node) {
    return bundle.need(graph.nodes[node].variable()->key, BundleDType::float32).shape;
  };
  return !match_keras_layers(find_keras_layers(graph), spec, parameters, shape, "fuzzed").empty();
}

}  // namespace shortlist
