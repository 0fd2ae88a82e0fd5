#include "shortlist/retrieval/retriever_files.h"

namespace shortlist {

void RetrieverWriter::add_tensors(const std::string& name, const std::vector<TensorView>& tensors) {
  add(name, [&](const std::string& path) { write_safetensors(path, tensors); });
}

}  // namespace shortlist
