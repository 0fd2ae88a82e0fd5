// All weights in one safetensors file.
#pragma once

#include <string>

#include "shortlist/model/parameters.h"

namespace shortlist {

// By name: "query/dense/kernel". Matrices are [rows, columns], a product is x W; biases and the like are
// lists.
void export_safetensors(const std::string& path, const Parameters& parameters);

}  // namespace shortlist
