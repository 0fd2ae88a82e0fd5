#include "shortlist/interop/tensorflow/keras_structure.h"

#include <algorithm>

namespace shortlist {

const std::string* held_by(const TrackedObject& node) {
  const auto found =
      std::ranges::find(node.attributes, KerasStructure::kHolds, &TrackedObject::Attribute::name);
  return found == node.attributes.end() ? nullptr : &found->key;
}

void KerasStructure::hold(size_t node, const std::string& what) {
  graph.nodes[node].attributes.push_back({std::string(kHolds), "", what});
}

KerasStructure KerasStructure::of(const KerasCheckpoint& checkpoint, const Parameters& parameters) {
  KerasStructure structure{checkpoint.graph};
  for (const MatchedVariable& m : checkpoint.matched)
    structure.hold(m.variable, parameters.name(m.parameter));
  for (const MatchedSlot& slot : checkpoint.slots(parameters)) structure.hold(slot.variable, slot.name);
  if (const auto node = checkpoint.steps()) structure.hold(*node, "steps");
  if (const auto node = checkpoint.learning_rate()) structure.hold(*node, "learning_rate");
  return structure;
}

KerasStructure KerasStructure::parse(std::string_view bytes, const std::string& where) {
  return {ObjectGraph::parse(bytes, where)};
}

std::string KerasStructure::serialize() const {
  ObjectGraph ours = graph;
  for (TrackedObject& node : ours.nodes) {
    if (held_by(node) == nullptr) node.attributes.clear();
  }
  return ours.serialize();
}

}  // namespace shortlist
