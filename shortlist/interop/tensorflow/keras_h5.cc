#include "shortlist/interop/tensorflow/keras_h5.h"

#include <algorithm>
#include <map>
#include <optional>

#include "shortlist/base/error.h"
#include "shortlist/interop/tensorflow/keras_match.h"
#include "shortlist/interop/tensorflow/keras_slot_order.h"

namespace shortlist {
namespace {

constexpr std::string_view kOptimizer = "optimizer/vars/";

// The variables of one object: "layers/dense" for "layers/dense/vars/0".
struct Group {
  std::string path;
  std::vector<size_t> datasets;
};

bool is_float(const Hdf5Dataset& dataset) { return dataset.type.starts_with("float"); }

// The groups that may belong to a layer. Metrics have scalars, and dropout has the integers of its seed.
std::vector<Group> groups_of(const std::vector<Hdf5Dataset>& datasets) {
  std::vector<Group> groups;
  for (size_t i = 0; i < datasets.size(); ++i) {
    const Hdf5Dataset& dataset = datasets[i];
    const size_t vars = dataset.path.rfind("/vars/");
    if (vars == std::string::npos || dataset.path.starts_with(kOptimizer)) continue;
    if (!is_float(dataset) || dataset.shape.empty()) continue;
    const std::string path = dataset.path.substr(0, vars);
    if (groups.empty() || groups.back().path != path) groups.push_back({path, {}});
    groups.back().datasets.push_back(i);
  }
  return groups;
}

std::string last_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

KerasLayer layer_of(const Group& group, const std::vector<Hdf5Dataset>& datasets) {
  KerasLayer layer{.path = group.path, .kind = "unknown"};
  std::vector<size_t> ranks;
  for (const size_t i : group.datasets) ranks.push_back(datasets[i].shape.size());
  std::vector<std::string> names;
  if (ranks == std::vector<size_t>{2, 1}) {
    layer.kind = "dense", names = {"kernel", "bias"};
  } else if (ranks == std::vector<size_t>{2}) {
    // A dense layer without a bias differs only in its name.
    const bool dense = last_name(group.path).find("dense") != std::string::npos;
    layer.kind = dense ? "dense" : "embedding", names = {dense ? "kernel" : "embeddings"};
  } else if (ranks == std::vector<size_t>{1, 1, 1, 1}) {
    layer.kind = "batch_norm", names = {"gamma", "beta", "moving_mean", "moving_variance"};
  }
  for (size_t i = 0; i < names.size(); ++i) layer.variables.emplace_back(names[i], group.datasets[i]);
  return layer;
}

// A cross stores its weights in its own dense layers.
bool is_part_of_cross(const KerasLayer& layer) {
  const std::string name = last_name(layer.path);
  return layer.kind == "dense" && (name == "_dense" || name == "_dense_u" || name == "_dense_v");
}

void add_to_cross(const KerasLayer& part, std::vector<KerasLayer>& layers) {
  const std::string name = last_name(part.path), path = part.path.substr(0, part.path.rfind('/'));
  if (layers.empty() || layers.back().path != path) layers.push_back({path, "cross", {}});
  for (const auto& [variable, dataset] : part.variables) {
    const bool kernel = variable == "kernel" && name != "_dense";
    layers.back().variables.emplace_back(kernel ? "kernel" + name.substr(name.rfind('_')) : variable,
                                         dataset);
  }
}

// All groups that contain layers, parents first.
std::vector<KerasObject> objects_of(const std::vector<KerasLayer>& layers) {
  std::map<std::string, KerasObject> objects;
  const auto add = [&](const std::string& path, size_t layer) {
    KerasObject& object = objects.try_emplace(path, KerasObject{path, layer, layer}).first->second;
    object.end = layer + 1;
  };
  for (size_t i = 0; i < layers.size(); ++i) {
    const std::string& path = layers[i].path;
    add("", i);
    for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
      add(path.substr(0, slash), i);
    add(path, i);
  }
  std::vector<KerasObject> found;
  for (auto& [path, object] : objects) found.push_back(std::move(object));
  std::ranges::stable_sort(found, [](const KerasObject& a, const KerasObject& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  return found;
}

class H5Import {
 public:
  H5Import(const std::string& path, const ModelSpec& spec, Parameters& parameters,
           const KerasImportOptions& options)
      : path_(path), spec_(spec), parameters_(parameters), options_(options), file_(Hdf5File::open(path)) {}

  KerasImport run() {
    const KerasLayers layers = find_h5_layers(file_.datasets());
    if (layers.layers.empty())
      throw data_error(
          "{}: has no layers in the layout of .weights.h5 files; a file in the older HDF5 format does not "
          "contain a model's structure: save the weights as NAME.weights.h5 with Keras 2.12 or newer, or "
          "with save_format=\"tf\"",
          path_);
    const auto shape = [&](size_t i) { return shape_of(i); };
    const std::vector<MatchedVariable> matched = match_keras_layers(layers, spec_, parameters_, shape, path_);
    KerasImport imported;
    if (options_.optimizer) imported.optimizer = read_optimizer();
    std::vector<Buffer> values;
    for (const MatchedVariable& m : matched) values.push_back(read(m.variable));
    for (size_t i = 0; i < matched.size(); ++i) {
      std::ranges::copy(values[i].span(), parameters_.at(matched[i].parameter).value.data);
      imported.sources.push_back(
          {parameters_.name(matched[i].parameter), file_.datasets()[matched[i].variable].path});
    }
    return imported;
  }

 private:
  std::vector<int64_t> shape_of(size_t i) const {
    const Hdf5Dataset& dataset = file_.datasets()[i];
    if (dataset.type != "float32")
      throw data_error("{}: '{}' is {}, need float32", path_, dataset.path, dataset.type);
    return {dataset.shape.begin(), dataset.shape.end()};
  }

  // The shape has been matched with a parameter's, so the buffer is no larger than a parameter.
  Buffer read(size_t i) const {
    const Hdf5Dataset& dataset = file_.datasets()[i];
    size_t size = 1;
    for (const int64_t n : shape_of(i)) size *= static_cast<size_t>(n);
    Buffer values(size);
    file_.read(dataset, std::as_writable_bytes(values.span()));
    return values;
  }

  template <typename T>
  T read_number(size_t i) const {
    T value{};
    file_.read(file_.datasets()[i], std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }

  int64_t read_steps(size_t i) const {
    const Hdf5Dataset& dataset = file_.datasets()[i];
    if (dataset.shape.empty() && dataset.type == "int64") return read_number<int64_t>(i);
    if (dataset.shape.empty() && dataset.type == "int32") return read_number<int32_t>(i);
    throw data_error("{}: '{}' is {}, need the number of steps, an int64 or int32", path_, dataset.path,
                     dataset.type);
  }

  // The step count, the learning rate (Keras 3 only), and then the slots.
  std::optional<OptimizerState> read_optimizer() const {
    std::vector<size_t> variables;
    for (size_t i = 0; i < file_.datasets().size(); ++i) {
      if (file_.datasets()[i].path.starts_with(kOptimizer)) variables.push_back(i);
    }
    if (variables.empty()) return std::nullopt;
    OptimizerState state{.steps = read_steps(variables[0])};
    const bool has_rate = variables.size() > 1 && shape_of(variables[1]).empty();
    if (has_rate) state.learning_rate = read_number<float>(variables[1]);
    read_slots(std::span(variables).subspan(has_rate ? 2 : 1), state);
    return state;
  }

  void read_slots(std::span<const size_t> variables, OptimizerState& state) const {
    const std::vector<std::string>& names = options_.slot_names;
    if (names.empty() || (variables.empty() && state.steps == 0)) return;
    std::vector<std::vector<int64_t>> shapes;
    for (size_t i = 0; i < variables.size(); ++i) {
      const std::vector<int64_t> shape = shape_of(variables[i]);
      if (i % names.size() == 0) shapes.push_back(shape);
      if (shape != shapes.back()) shapes.emplace_back();  // matches no parameter
    }
    const auto order = find_slot_order(spec_, parameters_, shapes);
    if (!order || variables.size() != shapes.size() * names.size()) {
      throw data_error(
          "{}: its optimizer's {} variables do not fit the config's optimizer, which has {} for each of the "
          "model's trained parameters; use --new-optimizer to ignore them",
          path_, variables.size(), names.size());
    }
    for (size_t i = 0; i < variables.size(); ++i) {
      const size_t parameter = (*order)[i / names.size()];
      const ParameterSpec& spec = parameters_.at(parameter).spec;
      state.slots.push_back({parameters_.name(parameter) + "/" + names[i % names.size()], spec.rows,
                             spec.cols, read(variables[i])});
    }
  }

  const std::string& path_;
  const ModelSpec& spec_;
  Parameters& parameters_;
  const KerasImportOptions& options_;
  Hdf5File file_;
};

}  // namespace

KerasLayers find_h5_layers(const std::vector<Hdf5Dataset>& datasets) {
  KerasLayers found{.in_order = false};
  for (const Group& group : groups_of(datasets)) {
    KerasLayer layer = layer_of(group, datasets);
    if (is_part_of_cross(layer)) {
      add_to_cross(layer, found.layers);
    } else {
      found.layers.push_back(std::move(layer));
    }
  }
  found.objects = objects_of(found.layers);
  return found;
}

KerasImport import_weights_h5(const std::string& path, const ModelSpec& spec, Parameters& parameters,
                              const KerasImportOptions& options) {
  return H5Import(path, spec, parameters, options).run();
}

}  // namespace shortlist
