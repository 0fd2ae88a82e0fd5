#include "shortlist/interop/onnx/onnx_graph.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "shortlist/io/wire_reader.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

const float kNumbers[] = {1, 2, 3, 4, 5, 6};

OnnxGraph doubling() {
  OnnxGraph graph("doubling");
  const std::string x = graph.input("x", OnnxType::float32, {"rows", int64_t{3}});
  graph.enter("part");
  const std::string table = graph.constant("table", std::span<const float>(kNumbers), {2, 3});
  const std::string sum = graph.add("Add", {graph.add("Gather", {table, x}), x});
  graph.output("y", OnnxType::float32, {"rows", int64_t{3}}, graph.add("Add", {sum, x}));
  return graph;
}

// The values of a field of a message, in order.
std::vector<std::string> all(std::string_view message, int field) {
  std::vector<std::string> values;
  ProtoReader reader(message, "test");
  while (reader.next()) {
    if (reader.field() == field) values.emplace_back(reader.bytes());
  }
  return values;
}
std::string one(std::string_view message, int field) {
  const auto values = all(message, field);
  EXPECT_EQ(values.size(), 1u) << "field " << field;
  return values.empty() ? "" : values[0];
}

TEST(OnnxGraph, NamesEveryValueOnce) {
  const TemporaryFolder folder;
  doubling().write(folder / "m.onnx");
  const std::string graph = one(read_file(folder / "m.onnx"), 7);
  std::vector<std::string> outputs;
  for (const std::string& node : all(graph, 1)) outputs.push_back(one(node, 2));
  EXPECT_EQ(outputs, (std::vector<std::string>{"part/Gather", "part/Add", "part/Add_1", "y"}));
  EXPECT_EQ(all(all(graph, 1)[1], 1), (std::vector<std::string>{"part/Gather", "x"}));
  EXPECT_EQ(folder.count(), 1u);
}

TEST(OnnxGraph, KeepsConstantsInside) {
  const TemporaryFolder folder;
  doubling().write(folder / "m.onnx");
  const std::string table = one(one(read_file(folder / "m.onnx"), 7), 5);
  EXPECT_EQ(one(table, 8), "part/table");
  const std::string raw = one(table, 9);
  ASSERT_EQ(raw.size(), sizeof kNumbers);
  EXPECT_EQ(std::memcmp(raw.data(), kNumbers, sizeof kNumbers), 0);
}

TEST(OnnxGraph, PutsLargeConstantsBesideWhenThereIsTooMuch) {
  const TemporaryFolder folder;
  OnnxGraph graph("large");
  const std::vector<float> first(1025, 1.5F), second(2000, 2.5F);
  graph.constant("first", std::span(first), {1025});
  graph.constant("second", std::span(second), {2000});
  graph.scalar(3.0F);
  const uint64_t bytes = (1025 + 2000 + 1) * sizeof(float);
  graph.write(folder / "all.onnx", bytes);
  EXPECT_FALSE(std::filesystem::exists(folder / "all.onnx.data"));
  graph.write(folder / "m.onnx", bytes - 1);

  const auto constants = all(one(read_file(folder / "m.onnx"), 7), 5);
  ASSERT_EQ(constants.size(), 3u);
  const auto second_place = all(constants[1], 13);
  ASSERT_EQ(second_place.size(), 3u);
  EXPECT_EQ(one(second_place[0], 2), "m.onnx.data");
  EXPECT_EQ(one(second_place[1], 2), "8192") << "the first's 4100 bytes take two pages";
  EXPECT_EQ(one(second_place[2], 2), "8000");
  EXPECT_EQ(one(constants[2], 9).size(), 4u) << "what is small stays";
  const std::string data = read_file(folder / "m.onnx.data");
  ASSERT_EQ(data.size(), 8192u + 8000u);
  EXPECT_EQ(std::memcmp(data.data(), first.data(), 4100), 0);
  EXPECT_EQ(std::memcmp(data.data() + 8192, second.data(), 8000), 0);
}

}  // namespace
}  // namespace shortlist
