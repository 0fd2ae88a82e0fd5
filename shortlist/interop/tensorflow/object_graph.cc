#include "shortlist/interop/tensorflow/object_graph.h"

#include <set>

#include "shortlist/base/error.h"
#include "shortlist/io/wire_reader.h"
#include "shortlist/io/wire_writer.h"

namespace shortlist {
namespace {

std::pair<std::string, size_t> parse_child(ProtoReader reader) {
  std::pair<std::string, size_t> child;
  while (reader.next()) {
    if (reader.field() == 1) child.second = reader.varint();
    if (reader.field() == 2) child.first = reader.bytes();
  }
  return child;
}

TrackedObject::Attribute parse_attribute(ProtoReader reader) {
  TrackedObject::Attribute attribute;
  while (reader.next()) {
    if (reader.field() == 1) attribute.name = reader.bytes();
    if (reader.field() == 2) attribute.full_name = reader.bytes();
    if (reader.field() == 3) attribute.key = reader.bytes();
  }
  return attribute;
}

TrackedObject::Slot parse_slot(ProtoReader reader) {
  TrackedObject::Slot slot;
  while (reader.next()) {
    if (reader.field() == 1) slot.variable = reader.varint();
    if (reader.field() == 2) slot.name = reader.bytes();
    if (reader.field() == 3) slot.node = reader.varint();
  }
  return slot;
}

TrackedObject parse_node(ProtoReader reader) {
  TrackedObject node;
  while (reader.next()) {
    if (reader.field() == 1) node.children.push_back(parse_child(reader.message()));
    if (reader.field() == 2) node.attributes.push_back(parse_attribute(reader.message()));
    if (reader.field() == 3) node.slots.push_back(parse_slot(reader.message()));
  }
  return node;
}

class Checker {
 public:
  Checker(const ObjectGraph& graph, const std::string& where) : graph_(graph), where_(where) {}

  void check(size_t i) {
    const TrackedObject& node = graph_.nodes[i];
    std::set<std::string_view> names;
    for (const auto& [name, child] : node.children) {
      expect_node(i, child);
      if (!names.insert(name).second)
        throw data_error("{}: node {} names its child '{}' twice", where_, i, name);
    }
    for (const TrackedObject::Slot& slot : node.slots) {
      expect_node(i, slot.variable);
      expect_node(i, slot.node);
    }
    for (const TrackedObject::Attribute& attribute : node.attributes) {
      if (!keys_.insert(attribute.key).second)
        throw data_error("{}: the object graph names the variable '{}' twice", where_, attribute.key);
    }
  }

 private:
  void expect_node(size_t from, size_t to) const {
    if (to < graph_.nodes.size()) return;
    throw data_error("{}: node {} points at node {}, but there are {}", where_, from, to,
                     graph_.nodes.size());
  }

  const ObjectGraph& graph_;
  const std::string& where_;
  std::set<std::string_view> keys_;
};

ProtoWriter write_node(const TrackedObject& node, bool has_values) {
  ProtoWriter out;
  for (const auto& [name, child] : node.children) {
    ProtoWriter reference;
    reference.varint(1, child);
    reference.bytes(2, name);
    out.message(1, reference);
  }
  for (const TrackedObject::Attribute& attribute : node.attributes) {
    ProtoWriter tensor;
    tensor.bytes(1, attribute.name);
    tensor.bytes(2, attribute.full_name);
    tensor.bytes(3, attribute.key);
    out.message(2, tensor);
  }
  for (const TrackedObject::Slot& slot : node.slots) {
    ProtoWriter reference;
    reference.varint(1, slot.variable);
    reference.bytes(2, slot.name);
    reference.varint(3, slot.node);
    out.message(3, reference);
  }
  ProtoWriter flag;
  if (has_values) flag.varint(1, 1);
  out.message(5, flag);
  return out;
}

}  // namespace

const size_t* TrackedObject::child(std::string_view name) const {
  for (const auto& [local, node] : children) {
    if (local == name) return &node;
  }
  return nullptr;
}

const TrackedObject::Attribute* TrackedObject::variable() const {
  for (const Attribute& attribute : attributes) {
    if (attribute.name == "VARIABLE_VALUE") return &attribute;
  }
  return nullptr;
}

ObjectGraph ObjectGraph::parse(std::string_view message, const std::string& where) {
  ObjectGraph graph;
  for (ProtoReader reader(message, where); reader.next();) {
    if (reader.field() == 1) graph.nodes.push_back(parse_node(reader.message()));
  }
  if (graph.nodes.empty()) throw data_error("{}: the object graph is empty", where);
  Checker checker(graph, where);
  for (size_t i = 0; i < graph.nodes.size(); ++i) checker.check(i);
  return graph;
}

std::string ObjectGraph::serialize() const {
  // A node has values if it has attributes or one of its children has values.
  std::vector<uint8_t> has_values(nodes.size());
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < nodes.size(); ++i) {
      bool has = !nodes[i].attributes.empty();
      for (const auto& [name, child] : nodes[i].children) has = has || has_values[child];
      changed = changed || has != static_cast<bool>(has_values[i]);
      has_values[i] = has;
    }
  }
  ProtoWriter out;
  for (size_t i = 0; i < nodes.size(); ++i) out.message(1, write_node(nodes[i], has_values[i]));
  return out.data();
}

}  // namespace shortlist
