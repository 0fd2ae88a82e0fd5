#include "shortlist/interop/onnx/onnx_graph.h"

#include <filesystem>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/io/file.h"

namespace shortlist {
namespace {

constexpr int kIrVersion = 8, kOpset = 17, kMlOpset = 3;
// External constants are page-aligned, so that a runtime can map them. Constants smaller than a page are
// stored in the model, where the ONNX checker needs axes and shapes.
constexpr size_t kPage = 4096;

// Field numbers of onnx.proto.
enum ModelField {
  kModelIrVersion = 1,
  kProducerName = 2,
  kProducerVersion = 3,
  kGraph = 7,
  kOpsetImport = 8
};
enum GraphField { kNode = 1, kGraphName = 2, kInitializer = 5, kInput = 11, kOutput = 12 };
enum NodeField { kNodeInput = 1, kNodeOutput = 2, kNodeName = 3, kOpType = 4, kAttribute = 5, kDomain = 7 };
enum AttributeField {
  kAttributeName = 1,
  kFloat = 2,
  kInt = 3,
  kInts = 8,
  kStrings = 9,
  kAttributeType = 20
};
enum AttributeType { kFloatType = 1, kIntType = 2, kIntsType = 7, kStringsType = 8 };
enum TensorField {
  kDims = 1,
  kDataType = 2,
  kTensorName = 8,
  kRawData = 9,
  kExternalData = 13,
  kLocation = 14
};
constexpr int kExternal = 1;  // value of kLocation

ProtoWriter value_info(const std::string& name, OnnxType type, const OnnxShape& shape) {
  ProtoWriter extents, tensor, tensor_type, info;
  for (const OnnxExtent& extent : shape) {
    ProtoWriter dimension;
    if (const auto* size = std::get_if<int64_t>(&extent)) dimension.varint(1, static_cast<uint64_t>(*size));
    if (const auto* named = std::get_if<std::string>(&extent)) dimension.bytes(2, *named);
    extents.message(1, dimension);
  }
  tensor.varint(1, static_cast<uint64_t>(type));
  tensor.message(2, extents);
  tensor_type.message(1, tensor);
  info.bytes(1, name);
  info.message(2, tensor_type);
  return info;
}

struct AttributeWriter {
  ProtoWriter& message;
  void operator()(int64_t value) const {
    message.varint(kInt, static_cast<uint64_t>(value));
    message.varint(kAttributeType, kIntType);
  }
  void operator()(float value) const {
    message.real32(kFloat, value);
    message.varint(kAttributeType, kFloatType);
  }
  void operator()(const std::vector<int64_t>& values) const {
    for (const int64_t value : values) message.varint(kInts, static_cast<uint64_t>(value));
    message.varint(kAttributeType, kIntsType);
  }
  void operator()(const std::vector<std::string>& values) const {
    for (const std::string& value : values) message.bytes(kStrings, value);
    message.varint(kAttributeType, kStringsType);
  }
};

ProtoWriter string_entry(std::string_view key, std::string_view value) {
  ProtoWriter entry;
  entry.bytes(1, key);
  entry.bytes(2, value);
  return entry;
}

ProtoWriter opset(std::string_view domain, int version) {
  ProtoWriter import;
  import.bytes(1, domain);
  import.varint(2, static_cast<uint64_t>(version));
  return import;
}

}  // namespace

std::string_view onnx_type_name(OnnxType type) {
  switch (type) {
    case OnnxType::float32:
      return "float32";
    case OnnxType::int64:
      return "int64";
    case OnnxType::string:
      return "string";
    case OnnxType::boolean:
      return "bool";
    case OnnxType::float64:
      break;
  }
  return "float64";
}

std::string OnnxGraph::free_name(std::string_view name) {
  const std::string wanted = scope_.empty() ? std::string(name) : fmt::format("{}/{}", scope_, name);
  std::string free = wanted;
  for (int i = 1; !taken_.insert(free).second; ++i) free = fmt::format("{}_{}", wanted, i);
  return free;
}

std::string OnnxGraph::input(const std::string& name, OnnxType type, const OnnxShape& shape) {
  SHORTLIST_CHECK(taken_.insert(name).second);
  graph_.message(kInput, value_info(name, type, shape));
  return name;
}

void OnnxGraph::output(const std::string& name, OnnxType type, const OnnxShape& shape,
                       const std::string& value) {
  SHORTLIST_CHECK(taken_.insert(name).second);
  ProtoWriter node;
  node.bytes(kNodeInput, value);
  node.bytes(kNodeOutput, name);
  node.bytes(kNodeName, name);
  node.bytes(kOpType, "Identity");
  graph_.message(kNode, node);
  graph_.message(kOutput, value_info(name, type, shape));
}

template <typename T>
std::string OnnxGraph::keep(std::string_view name, OnnxType type, std::span<const T> values,
                            std::vector<int64_t> shape) {
  const auto size = std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies());
  SHORTLIST_CHECK(values.size() == static_cast<size_t>(size));
  const std::span bytes = std::as_bytes(values);
  constants_.push_back({free_name(name), type, std::move(shape),
                        std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())});
  return constants_.back().name;
}

std::string OnnxGraph::constant(std::string_view name, std::span<const float> values,
                                std::vector<int64_t> shape) {
  return keep(name, OnnxType::float32, values, std::move(shape));
}
std::string OnnxGraph::constant(std::string_view name, std::span<const double> values,
                                std::vector<int64_t> shape) {
  return keep(name, OnnxType::float64, values, std::move(shape));
}
std::string OnnxGraph::constant(std::string_view name, std::span<const int64_t> values,
                                std::vector<int64_t> shape) {
  return keep(name, OnnxType::int64, values, std::move(shape));
}

std::string OnnxGraph::axes(std::vector<int64_t> values) {
  const auto size = static_cast<int64_t>(values.size());
  return constant("axes", std::span<const int64_t>(values), {size});
}

std::string OnnxGraph::add(std::string_view operation, const std::vector<std::string>& inputs,
                           const OnnxAttributes& attributes, std::string_view domain) {
  const std::string name = free_name(operation);
  ProtoWriter node;
  for (const std::string& input : inputs) node.bytes(kNodeInput, input);
  node.bytes(kNodeOutput, name);
  node.bytes(kNodeName, name);
  node.bytes(kOpType, operation);
  for (const auto& [key, value] : attributes) {
    ProtoWriter attribute;
    attribute.bytes(kAttributeName, key);
    std::visit(AttributeWriter{attribute}, value);
    node.message(kAttribute, attribute);
  }
  if (!domain.empty()) node.bytes(kDomain, domain);
  graph_.message(kNode, node);
  return name;
}

std::string OnnxGraph::cast(const std::string& value, OnnxType type) {
  return add("Cast", {value}, {{"to", static_cast<int64_t>(type)}});
}

namespace {

// PATH.data: constants that are stored outside the model.
class ExternalData {
 public:
  explicit ExternalData(const std::string& path)
      : name_(std::filesystem::path(path).filename().string()), file_(path) {}

  // Writes the location to `tensor`.
  void add(const std::string& bytes, ProtoWriter& tensor) {
    const size_t padding = (kPage - offset_ % kPage) % kPage;
    file_.write(std::string(padding, '\0'));
    file_.write(bytes);
    offset_ += padding;
    tensor.message(kExternalData, string_entry("location", name_));
    tensor.message(kExternalData, string_entry("offset", std::to_string(offset_)));
    tensor.message(kExternalData, string_entry("length", std::to_string(bytes.size())));
    tensor.varint(kLocation, kExternal);
    offset_ += bytes.size();
  }
  void commit() { file_.commit(); }

 private:
  std::string name_;
  AtomicFile file_;
  size_t offset_ = 0;
};

}  // namespace

void OnnxGraph::write(const std::string& path, uint64_t most_bytes_inside) const {
  uint64_t bytes = 0;
  for (const Constant& constant : constants_) bytes += constant.bytes.size();
  std::optional<ExternalData> data;
  if (bytes > most_bytes_inside) data.emplace(path + ".data");

  ProtoWriter graph = graph_;
  graph.bytes(kGraphName, name_);
  for (const Constant& constant : constants_) {
    ProtoWriter tensor;
    for (const int64_t extent : constant.shape) tensor.varint(kDims, static_cast<uint64_t>(extent));
    tensor.varint(kDataType, static_cast<uint64_t>(constant.type));
    tensor.bytes(kTensorName, constant.name);
    if (data && constant.bytes.size() >= kPage) {
      data->add(constant.bytes, tensor);
    } else {
      tensor.bytes(kRawData, constant.bytes);
    }
    graph.message(kInitializer, tensor);
  }
  ProtoWriter model;
  model.varint(kModelIrVersion, kIrVersion);
  model.bytes(kProducerName, "shortlist");
  model.bytes(kProducerVersion, SHORTLIST_VERSION);
  model.message(kOpsetImport, opset("", kOpset));
  model.message(kOpsetImport, opset("ai.onnx.ml", kMlOpset));
  model.message(kGraph, graph);
  if (data) data->commit();
  write_file_atomically(path, model.data());
}

}  // namespace shortlist
