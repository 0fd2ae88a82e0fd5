// Builder of an ONNX model: operators in topological order. IR 8, opset 17, ai.onnx.ml 3.
// https://github.com/onnx/onnx/blob/v1.12.0/onnx/onnx.proto
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "shortlist/io/wire_writer.h"

namespace shortlist {

// Values of TensorProto.DataType.
enum class OnnxType { float32 = 1, int64 = 7, string = 8, boolean = 9, float64 = 11 };

// The NumPy name: "float32".
std::string_view onnx_type_name(OnnxType type);

// A fixed dimension, or the name of a dimension that varies between runs.
using OnnxExtent = std::variant<int64_t, std::string>;
using OnnxShape = std::vector<OnnxExtent>;

using OnnxAttribute =
    std::pair<const char*, std::variant<int64_t, float, std::vector<int64_t>, std::vector<std::string>>>;
using OnnxAttributes = std::vector<OnnxAttribute>;

// Values are identified by name. Every operator here has one output.
class OnnxGraph {
 public:
  explicit OnnxGraph(std::string name) : name_(std::move(name)) {}

  // Sets the name prefix of everything that is added from here on: "query/dense_1".
  void enter(std::string scope) { scope_ = std::move(scope); }

  // The caller names inputs and outputs; the names must be unique. `output` gives `value` its name.
  std::string input(const std::string& name, OnnxType type, const OnnxShape& shape);
  void output(const std::string& name, OnnxType type, const OnnxShape& shape, const std::string& value);

  // Adds a constant; copies the values. A shape without dimensions is a scalar.
  std::string constant(std::string_view name, std::span<const float> values, std::vector<int64_t> shape);
  std::string constant(std::string_view name, std::span<const double> values, std::vector<int64_t> shape);
  std::string constant(std::string_view name, std::span<const int64_t> values, std::vector<int64_t> shape);
  std::string scalar(float value) { return constant("constant", std::span<const float>(&value, 1), {}); }
  std::string scalar(double value) { return constant("constant", std::span<const double>(&value, 1), {}); }
  std::string scalar(int64_t value) { return constant("constant", std::span<const int64_t>(&value, 1), {}); }
  std::string axes(std::vector<int64_t> values);  // a list, as operators expect it

  // Returns the name of its output. `domain` "" is ONNX's own.
  std::string add(std::string_view operation, const std::vector<std::string>& inputs,
                  const OnnxAttributes& attributes = {}, std::string_view domain = "");
  std::string cast(const std::string& value, OnnxType type);

  // Protobuf is limited to 2 GiB. If the constants have more bytes than this, all but small ones are stored
  // in `path`.data next to the model.
  static constexpr uint64_t kMostBytesInside = uint64_t{1} << 30;
  // Writes both files atomically, the model last.
  void write(const std::string& path, uint64_t most_bytes_inside = kMostBytesInside) const;

 private:
  struct Constant {
    std::string name;
    OnnxType type;
    std::vector<int64_t> shape;
    std::string bytes;
  };
  std::string free_name(std::string_view name);
  template <typename T>
  std::string keep(std::string_view name, OnnxType type, std::span<const T> values,
                   std::vector<int64_t> shape);

  std::string name_, scope_;
  std::set<std::string, std::less<>> taken_;  // names of values
  ProtoWriter graph_;                         // operators, inputs and outputs
  std::vector<Constant> constants_;
};

}  // namespace shortlist
