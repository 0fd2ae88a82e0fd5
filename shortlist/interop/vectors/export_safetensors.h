// Exports all weights to one safetensors file.
#pragma once

#include <string>

#include "shortlist/model/parameters.h"

namespace shortlist {

// Tensors are named like parameters: "query/dense/kernel". Matrices are [rows, columns], used as x W. Biases
// and other vectors have one dimension.
void export_safetensors(const std::string& path, const Parameters& parameters);

}  // namespace shortlist
