#include "shortlist/interop/vectors/export_safetensors.h"

#include "shortlist/io/safetensors.h"

namespace shortlist {

void export_safetensors(const std::string& path, const Parameters& parameters) {
  std::vector<TensorView> tensors;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ParameterSpec& spec = parameters.at(i).spec;
    const bool matrix = spec.table || spec.packed;  // a kernel with one row is still a matrix
    const std::vector<size_t> shape =
        matrix ? std::vector<size_t>{spec.rows, spec.cols} : std::vector<size_t>{spec.rows * spec.cols};
    const float* values = parameters.at(i).value.data;
    tensors.push_back(
        tensor_view<float>(parameters.name(i), shape, std::span(values, spec.rows * spec.cols)));
  }
  write_safetensors(path, tensors);
}

}  // namespace shortlist
