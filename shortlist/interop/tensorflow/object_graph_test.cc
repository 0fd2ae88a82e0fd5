#include "shortlist/interop/tensorflow/object_graph.h"

#include <gtest/gtest.h>

#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

// model -> dense -> kernel, and the optimizer's slot of the kernel.
ObjectGraph small_graph() {
  ObjectGraph graph;
  graph.nodes.resize(4);
  graph.nodes[0].children = {{"dense", 1}};
  graph.nodes[1].children = {{"kernel", 2}};
  graph.nodes[2].attributes = {{"VARIABLE_VALUE", "dense/kernel", "dense/kernel/.ATTRIBUTES/VARIABLE_VALUE"}};
  graph.nodes[0].slots = {{2, "m", 3}};
  graph.nodes[3].attributes = {{"VARIABLE_VALUE", "dense/kernel/m", "m/.ATTRIBUTES/VARIABLE_VALUE"}};
  return graph;
}

std::string problem(const ObjectGraph& graph) {
  return message_of([&] { ObjectGraph::parse(graph.serialize(), "model"); });
}

TEST(ObjectGraph, ParsesWhatItWrote) {
  const ObjectGraph graph = ObjectGraph::parse(small_graph().serialize(), "model");
  ASSERT_EQ(graph.nodes.size(), 4U);
  EXPECT_EQ(*graph.nodes[0].child("dense"), 1U);
  EXPECT_EQ(graph.nodes[1].child("bias"), nullptr);
  EXPECT_EQ(graph.nodes[2].variable()->full_name, "dense/kernel");
  EXPECT_EQ(graph.nodes[1].variable(), nullptr);
  EXPECT_EQ(graph.nodes[0].slots[0].node, 3U);
}

TEST(ObjectGraph, RefusesAVariableThatIsNamedTwice) {
  ObjectGraph graph = small_graph();
  graph.nodes[3].attributes[0].key = graph.nodes[2].attributes[0].key;
  EXPECT_EQ(problem(graph),
            "model: the object graph names the variable 'dense/kernel/.ATTRIBUTES/VARIABLE_VALUE' twice");
}

TEST(ObjectGraph, RefusesAChildThatIsNamedTwice) {
  ObjectGraph graph = small_graph();
  graph.nodes[1].children.emplace_back("kernel", 3);
  EXPECT_EQ(problem(graph), "model: node 1 names its child 'kernel' twice");
}

TEST(ObjectGraph, RefusesANodeThatIsNotThere) {
  // serialize() follows children, so the slot contains the invalid number.
  ObjectGraph graph = small_graph();
  graph.nodes[0].slots[0].node = 9;
  EXPECT_EQ(problem(graph), "model: node 0 points at node 9, but there are 4");
}

TEST(ObjectGraph, RefusesNothing) { EXPECT_EQ(problem({}), "model: the object graph is empty"); }

}  // namespace
}  // namespace shortlist
