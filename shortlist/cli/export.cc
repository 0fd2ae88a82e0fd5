#include <algorithm>

#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_store.h"
#include "shortlist/cli/export_formats.h"
#include "shortlist/cli/words.h"
#include "shortlist/interop/vectors/export_hnswlib.h"
#include "shortlist/interop/vectors/export_safetensors.h"
#include "shortlist/interop/vectors/export_vectors.h"
#include "shortlist/model/label_scale.h"

namespace shortlist {
namespace {

// For the formats that contain only the catalogue's vectors.
template <void (*write)(const std::string& path, const ItemVectors& from)>
void write_vectors(const ExportCommand& command) {
  const Bundle bundle = load_bundle(command.bundle);
  const ConstMatrix vectors = bundle.need_item_vectors("export --to " + command.to);
  write(command.out, {bundle.items, vectors});
  say("wrote {} vectors of {} numbers to {}", vectors.rows, vectors.cols, command.out);
}

void write_hnswlib(const ExportCommand& command) {
  const Bundle bundle = load_bundle(command.bundle);
  const ConstMatrix vectors = bundle.need_item_vectors("export --to hnswlib");
  ThreadPool pool(0);
  const Hnsw index(vectors, {}, pool);
  export_hnswlib(command.out, {bundle.items, vectors}, index);
  say("wrote an index of {} vectors of {} numbers to {}", vectors.rows, vectors.cols, command.out);
}

void write_weights(const ExportCommand& command) {
  const Bundle bundle = load_bundle(command.bundle);
  const Towers& towers = bundle.need_towers("export --to safetensors");
  fold_label_scales(towers.spec, *towers.parameters);
  export_safetensors(command.out, *towers.parameters);
  say("wrote {} tensors to {}", towers.parameters->size(), command.out);
}

}  // namespace

const std::vector<ExportFormat>& export_formats() {
  static const std::vector<ExportFormat> formats = {
      {"tensorflow", "weights that a Keras model's load_weights(PATH) reads", write_tensorflow},
      {"safetensors", "a file with all weights, for PyTorch, JAX and NumPy", write_weights},
      {"onnx", "a folder with the towers and the ranking, for onnxruntime", write_onnx},
      {"npy", "a folder with the items' vectors, for NumPy", write_vectors<export_npy>},
      {"faiss", "a folder with an exact index of the items' vectors, for faiss", write_vectors<export_faiss>},
      {"hnswlib", "a folder with an approximate index of the items' vectors, for hnswlib", write_hnswlib},
      {"word2vec", "a folder with the items' vectors as text and binary, for gensim",
       write_vectors<export_word2vec>},
      {"parquet", "a file with the items' ids, attributes and vectors, for pyarrow, DuckDB and Spark",
       write_vectors<export_parquet>},
  };
  return formats;
}

std::string export_format_names() {
  std::string names;
  for (const ExportFormat& format : export_formats())
    names += (names.empty() ? "" : "|") + std::string(format.name);
  return names;
}

void run(const ExportCommand& command) {
  const auto format = std::ranges::find(export_formats(), command.to, &ExportFormat::name);
  if (format == export_formats().end())
    throw usage_error("--to: got '{}', need {}", command.to, export_format_names());
  if (command.to != "tensorflow" && (!command.like.empty() || !command.names.empty()))
    throw usage_error("--like and --name need --to tensorflow, got --to {}", command.to);
  format->write(command);
}

}  // namespace shortlist
