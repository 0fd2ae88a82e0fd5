// Sparse matrices in the files of a bundle.
#pragma once

#include <string>
#include <vector>

#include "shortlist/io/safetensors.h"
#include "shortlist/math/sparse_matrix.h"

namespace shortlist {

// Tensors NAME_offsets I64 [rows + 1], NAME_columns I32 [entries] and NAME_values F32 [entries]: views of the
// matrix.
std::vector<TensorView> sparse_tensors(const std::string& name, const SparseMatrix& matrix);
// Throws a data Error unless the tensors are a matrix of this size with finite values.
SparseMatrix read_sparse(const SafetensorsFile& file, const std::string& name, size_t rows, size_t cols);

}  // namespace shortlist
