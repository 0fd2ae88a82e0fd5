#include <charconv>
#include <cmath>

#include "shortlist/base/error.h"
#include "shortlist/index/hnsw.h"
#include "shortlist/index/hnsw_walk-inl.h"
#include "shortlist/index/int8.h"

namespace shortlist {
namespace {

constexpr const char* kFormat = "shortlist hnsw 1";

// Reads a file's tensors and settings, and reports errors for each.
class HnswReader {
 public:
  HnswReader(const std::string& path, const SafetensorsFile& file) : path_(path), file_(file) {
    const auto format = file.metadata().find("format");
    if (format == file.metadata().end())
      throw data_error("{}: not an HNSW index: its metadata has no format", path);
    if (format->second != kFormat)
      throw data_error("{}: has the format '{}', need '{}'", path, format->second, kFormat);
  }

  int setting(const char* name, int least, int most) const {
    auto found = file_.metadata().find(name);
    for (const auto& [before, now] : HnswConfig::renamed)
      if (found == file_.metadata().end() && std::string_view(now) == name)
        found = file_.metadata().find(before);  // a file of 0.1.0
    const std::string text = found == file_.metadata().end() ? "" : found->second;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
      throw data_error("{}: its {} is '{}', need an integer from {} to {}", path_, name, text, least, most);
    return value;
  }

  template <typename T>
  std::span<const T> tensor(const char* name, std::initializer_list<size_t> shape) const {
    return file_.need(name, dtype_of<T>(), std::span(shape.begin(), shape.size())).template values<T>();
  }
  // For a tensor whose length is not known in advance.
  size_t rows(const char* name) const {
    const TensorView* tensor = file_.find(name);
    if (tensor == nullptr || tensor->shape.empty()) throw data_error("{}: has no tensor '{}'", path_, name);
    return tensor->shape[0];
  }

  // An Error thrown by `check` gets the file's name.
  template <typename Check>
  void guarded(Check check) const {
    try {
      check();
    } catch (const Error& error) {
      throw Error(error.kind(), path_ + ": " + error.message());
    }
  }

  // Every neighbor must be a node of the row's layer.
  void check_row(std::span<const uint32_t> row, std::span<const uint8_t> levels, size_t layer,
                 const char* name) const {
    for (uint32_t neighbor : row) {
      if (neighbor == HnswGraph::kNone) continue;
      if (neighbor >= levels.size())
        throw data_error("{}: tensor '{}' contains node {}, but there are {}", path_, name, neighbor,
                         levels.size());
      if (levels[neighbor] < layer)
        throw data_error("{}: tensor '{}' contains node {} in layer {}, but the node's top layer is {}",
                         path_, name, neighbor, layer, levels[neighbor]);
    }
  }

 private:
  const std::string& path_;
  const SafetensorsFile& file_;
};

HnswGraph read_graph(const HnswReader& reader, size_t connections) {
  const size_t nodes = reader.rows("levels");
  reader.guarded([&] { check_candidate_count(nodes); });
  const auto levels = reader.tensor<uint8_t>("levels", {nodes});
  size_t upper_rows = 0;
  for (uint8_t level : levels) upper_rows += level;
  const auto base = reader.tensor<uint32_t>("neighbors", {nodes, 2 * connections});
  const auto upper = reader.tensor<uint32_t>("upper_neighbors", {upper_rows, connections});
  reader.check_row(base, levels, 0, "neighbors");
  size_t row = 0;
  for (uint8_t level : levels) {
    for (size_t layer = 1; layer <= level; ++layer, ++row)
      reader.check_row(upper.subspan(row * connections, connections), levels, layer, "upper_neighbors");
  }
  return HnswGraph(connections, levels, base, upper);
}

}  // namespace

void Hnsw::save(const std::string& path, bool with_vectors) const {
  const size_t n = size(), connections = graph_.connections();
  const float scale = codes_.scale();
  // Longest rows first, so that they stay aligned to cache lines.
  std::vector<TensorView> tensors = {
      tensor_view<uint32_t>("neighbors", {n, 2 * connections}, graph_.base()),
      tensor_view<uint8_t>("codes", {n, codes_.stride()}, codes_.codes()),
  };
  if (with_vectors) tensors.push_back(tensor_view<float>("vectors", {n, width()}, vectors_.span()));
  tensors.push_back(tensor_view<uint32_t>(
      "upper_neighbors", {graph_.upper().size() / connections, connections}, graph_.upper()));
  tensors.push_back(tensor_view<float>("scale", {1}, std::span(&scale, 1)));
  tensors.push_back(tensor_view<uint8_t>("levels", {n}, graph_.levels()));
  tensors.push_back(tensor_view<uint8_t>("removed", {n}, removed_.span()));
  write_safetensors(path, tensors,
                    {{"format", kFormat},
                     {"width", std::to_string(width())},
                     {"m", std::to_string(connections)},
                     {"ef_construction", std::to_string(config_.ef_construction)},
                     {"ef_search", std::to_string(config_.ef_search)},
                     {"by_distance", by_distance_ ? "1" : "0"}});
}

Hnsw::Hnsw(const HnswConfig& config, bool by_distance, Int8Rows codes, HnswGraph graph)
    : config_(config), by_distance_(by_distance), codes_(std::move(codes)), graph_(std::move(graph)) {}

std::unique_ptr<Hnsw> Hnsw::load(const std::string& path, std::optional<ConstMatrix> vectors) {
  return load(FileBytes(path), path, vectors);
}

std::unique_ptr<Hnsw> Hnsw::load(FileBytes bytes, const std::string& path,
                                 std::optional<ConstMatrix> vectors) {
  SafetensorsFile file = SafetensorsFile::parse(std::move(bytes), path);
  const HnswReader reader(path, file);
  const HnswConfig config{.m = reader.setting("m", kLeastConnections, kMostConnections),
                          .ef_construction = reader.setting("ef_construction", 1, kMostBeam),
                          .ef_search = reader.setting("ef_search", 1, kMostBeam)};
  const auto width = static_cast<size_t>(reader.setting("width", 1, kMostInt8Width));
  HnswGraph graph = read_graph(reader, static_cast<size_t>(config.m));
  const size_t n = graph.size();
  const float scale = reader.tensor<float>("scale", {1})[0];
  if (!(scale >= 0 && std::isfinite(scale)))
    throw data_error("{}: its scale is {}, need a finite number of at least 0", path, scale);
  Int8Rows codes(width, scale, reader.tensor<uint8_t>("codes", {n, Int8Rows(width, scale).stride()}));
  const bool by_distance = reader.setting("by_distance", 0, 1) != 0;
  std::unique_ptr<Hnsw> index(new Hnsw(config, by_distance, std::move(codes), std::move(graph)));
  index->removed_ = Array<uint8_t>::view(reader.tensor<uint8_t>("removed", {n}));
  index->removed_count_ = n - static_cast<size_t>(std::ranges::count(index->removed_.span(), 0));
  if (vectors && (vectors->rows != n || vectors->cols != width)) {
    throw data_error("{}: is an index of {} vectors of width {}, but there are {} of width {}", path, n,
                     width, vectors->rows, vectors->cols);
  }
  index->vectors_ = Array<float>::view(vectors ? std::span(vectors->data, n * width)
                                               : reader.tensor<float>("vectors", {n, width}));
  reader.guarded([&] { check_candidates(index->vectors()); });
  index->file_ = std::move(file);
  return index;
}

}  // namespace shortlist
