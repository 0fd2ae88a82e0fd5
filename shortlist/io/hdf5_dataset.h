// A dataset of an HDF5 file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shortlist {

struct Hdf5Dataset {
  std::string path;  // "layers/dense_1/vars/0"
  std::string type;  // "float32", "int64", "uint8", ...; "other" if it cannot be read
  std::vector<uint64_t> shape;
};

// The number of bytes of its values; nothing if they cannot be read or their number overflows.
std::optional<size_t> byte_size(const Hdf5Dataset& dataset);

}  // namespace shortlist
