// The object graph of a TensorFlow checkpoint, stored under _CHECKPOINTABLE_OBJECT_GRAPH as a
// TrackableObjectGraph. Node 0 is the model. Variables are attributes of nodes.
// https://github.com/tensorflow/tensorflow/blob/v2.15.1/tensorflow/core/protobuf/trackable_object_graph.proto
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shortlist {

inline constexpr std::string_view kObjectGraphKey = "_CHECKPOINTABLE_OBJECT_GRAPH";

struct TrackedObject {
  struct Attribute {
    std::string name;       // "VARIABLE_VALUE"
    std::string full_name;  // "dense_1/kernel"
    std::string key;        // key of its tensor in the checkpoint
  };
  struct Slot {  // older optimizers: the variable, the slot name "m", and the node with its values
    size_t variable = 0;
    std::string name;
    size_t node = 0;
  };
  std::vector<std::pair<std::string, size_t>> children;  // local names and nodes, in file order
  std::vector<Attribute> attributes;
  std::vector<Slot> slots;

  // The child with that name, or nullptr.
  const size_t* child(std::string_view name) const;
  // The attribute VARIABLE_VALUE, or nullptr.
  const Attribute* variable() const;
};

struct ObjectGraph {
  std::vector<TrackedObject> nodes;

  // Throws a data Error that begins with `where` for a damaged message, a missing node, a child that is named
  // twice, or a tensor that two attributes name.
  static ObjectGraph parse(std::string_view message, const std::string& where);
  std::string serialize() const;
};

}  // namespace shortlist
